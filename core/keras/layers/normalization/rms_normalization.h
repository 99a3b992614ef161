#pragma once

#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

struct RMSNormalizationConfig {
  AxisOrAxes axis = -1;
  double epsilon = 1e-6;
  FIELDS(axis, epsilon)
};

namespace layers {

// y = scale * x / sqrt(mean x^2 + epsilon), over `axis`.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// Weights:  scale, of x's lengths along axis.
// Errors:   InvalidArgument for unknown lengths.
// Source:   Zhang and Sennrich 2019; Keras 3 `RMSNormalization`.
class RMSNormalization : public LayerWith<RMSNormalization, RMSNormalizationConfig> {
 public:
  static constexpr std::string_view kClassName = "RMSNormalization";
  using LayerWith::LayerWith;

  // `axis` as Keras writes it once built: a list.
  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  std::vector<int64_t> axes_;  // increasing
  const Variable* scale_ = nullptr;
};

}  // namespace layers

using RMSNormalization = LayerOf<layers::RMSNormalization>;

}  // namespace tricorn::keras
