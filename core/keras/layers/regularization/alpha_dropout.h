#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct AlphaDropoutConfig {
  double rate = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  std::optional<SymbolicShape> noise_shape = std::nullopt;
  FIELDS(rate, seed, noise_shape)
};

namespace layers {

// Sets a random fraction `rate` of the units to SELU's negative limit while training, then scales
// and shifts so that mean and variance stay; y = x otherwise. Inputs:   x (any shape),
// f16|bf16|f32|f64.   Outputs: y, as x. State:    seed (2,) u32, advanced by one per training call.
// Errors:   InvalidArgument if rate is outside [0, 1) or noise_shape cannot broadcast.
// Source:   Klambauer et al. 2017; Keras 3 `AlphaDropout`.
class AlphaDropout : public LayerWith<AlphaDropout, AlphaDropoutConfig> {
 public:
  static constexpr std::string_view kClassName = "AlphaDropout";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* seed_ = nullptr;
};

}  // namespace layers

using AlphaDropout = LayerOf<layers::AlphaDropout>;

}  // namespace tricorn::keras
