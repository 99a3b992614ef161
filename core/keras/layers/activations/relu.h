#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct ReLUConfig {
  std::optional<double> max_value = std::nullopt;
  double negative_slope = 0.0;
  double threshold = 0.0;
  FIELDS(max_value, negative_slope, threshold)
};

namespace layers {

// y = x above threshold, negative_slope * (x - threshold) below, at most max_value.
// Inputs:   x (any shape), f16|bf16|f32|f64.   Outputs: y, as x.
// Errors:   InvalidArgument for a negative max_value, negative_slope or threshold.
// Source:   Keras 3 `ReLU`.
class ReLU : public LayerWith<ReLU, ReLUConfig> {
 public:
  static constexpr std::string_view kClassName = "ReLU";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using ReLU = LayerOf<layers::ReLU>;

}  // namespace tricorn::keras
