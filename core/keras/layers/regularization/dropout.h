#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct DropoutConfig {
  double rate = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  std::optional<SymbolicShape> noise_shape = std::nullopt;
  FIELDS(rate, seed, noise_shape)
};

namespace layers {

// Zeroes a random fraction `rate` of the units while training and rescales the rest.
//   y = x * m / (1 - rate),  m ~ Bernoulli(1 - rate);   y = x when not training
// Inputs:   x (any shape), f16|bf16|f32|f64.   Outputs: y, as x.
// State:    seed (2,) u32, advanced by one per training call.
// Errors:   InvalidArgument if rate is outside [0, 1) or noise_shape cannot broadcast.
// Source:   Srivastava et al. 2014; Keras 3 `Dropout`.
class Dropout : public LayerWith<Dropout, DropoutConfig> {
 public:
  static constexpr std::string_view kClassName = "Dropout";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* seed_ = nullptr;
};

}  // namespace layers

using Dropout = LayerOf<layers::Dropout>;

}  // namespace tricorn::keras
