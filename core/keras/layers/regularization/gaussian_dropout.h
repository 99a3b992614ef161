#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct GaussianDropoutConfig {
  double rate = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(rate, seed)
};

namespace layers {

// y = x * n,  n ~ Normal(1, sqrt(rate / (1 - rate))) while training;   y = x otherwise
// Inputs:   x (any shape), f16|bf16|f32|f64.   Outputs: y, as x.
// State:    seed (2,) u32, advanced by one per training call.
// Errors:   InvalidArgument if rate is outside [0, 1).
// Source:   Srivastava et al. 2014; Keras 3 `GaussianDropout`.
class GaussianDropout : public LayerWith<GaussianDropout, GaussianDropoutConfig> {
 public:
  static constexpr std::string_view kClassName = "GaussianDropout";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  const Variable* seed_ = nullptr;
};

}  // namespace layers

using GaussianDropout = LayerOf<layers::GaussianDropout>;

}  // namespace tricorn::keras
