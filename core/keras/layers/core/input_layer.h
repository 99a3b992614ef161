#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/settings/settings.h"

namespace tricorn::keras {

// The batch axis comes first: either `batch_shape` has it, or `shape` leaves it out and
// `batch_size` gives it (free when none).
struct InputConfig {
  std::optional<SymbolicShape> shape = std::nullopt;
  std::optional<int64_t> batch_size = std::nullopt;
  std::optional<SymbolicShape> batch_shape = std::nullopt;
  DType dtype = CurrentSettings().floatx;
  bool optional = false;
  std::string name = "";
  FIELDS(shape, batch_size, batch_shape, dtype, optional, name)
};

namespace layers {

// Where a model starts: a tensor that its caller gives.
// Errors: InvalidArgument, kept by the tensor, unless exactly one of shape and batch_shape is
// given. Source: Keras 3 `InputLayer`.
class InputLayer : public Layer {
 public:
  static constexpr std::string_view kClassName = "InputLayer";
  using Config = InputConfig;
  explicit InputLayer(InputConfig config = {});

  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override;
  static absl::StatusOr<std::shared_ptr<InputLayer>> FromConfig(const Json& json,
                                                                const Deserializer& deserializer);

  // What the caller gives; the same tensor each time.
  KerasTensor output();
  const SymbolicType& type() const { return type_; }

 protected:
  absl::Status CheckConfig() const override { return status_; }
  ir::Value Call(CallContext&, ir::Value x) override { return x; }
  bool autocast() const override { return false; }
  bool supports_masking() const override { return true; }

 private:
  bool optional_;
  SymbolicType type_;
  absl::Status status_;
  std::weak_ptr<const CallNode> source_;
};

}  // namespace layers

// The symbolic tensor that a functional model begins with.
//   KerasTensor x = Input({.shape = {{28, 28, 1}}, .name = "image"});
KerasTensor Input(InputConfig config);

}  // namespace tricorn::keras
