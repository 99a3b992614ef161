#pragma once

#include <cstdint>
#include <optional>

#include "core/tensor/dtype.h"

namespace tricorn::keras {

// Where images and sequences have their channels: (batch, spatial..., channels) or
// (batch, channels, spatial...).
enum class DataFormat : uint8_t { kChannelsLast, kChannelsFirst };

// What models go by where their own arguments say nothing. Source: Keras 3 `keras.config`.
struct Settings {
  DType floatx = DType::kF32;  // of inputs and layers that name no dtype
  double epsilon = 1e-7;       // what keeps a quotient finite
  DataFormat image_data_format = DataFormat::kChannelsLast;
  std::optional<int64_t> max_epochs = std::nullopt;           // caps of `fit`
  std::optional<int64_t> max_steps_per_epoch = std::nullopt;  // of `evaluate` and `predict` too
};

// Those of the innermost SettingsScope of the thread; Keras's defaults without one.
const Settings& CurrentSettings();
inline double Epsilon() { return CurrentSettings().epsilon; }

// While it lives, its thread has these settings: Keras's `set_floatx`, `set_epsilon`, ..., with an
// end. What changes one begins with the others as they are:
//   Settings settings = CurrentSettings();
//   settings.epsilon = 1e-5;
//   const SettingsScope scope(settings);
class SettingsScope {
 public:
  explicit SettingsScope(Settings settings);
  ~SettingsScope();
  SettingsScope(const SettingsScope&) = delete;
  SettingsScope& operator=(const SettingsScope&) = delete;

 private:
  const Settings settings_;
  const SettingsScope* const outer_;
  friend const Settings& CurrentSettings();
};

}  // namespace tricorn::keras
