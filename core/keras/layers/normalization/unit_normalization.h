#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

struct UnitNormalizationConfig {
  AxisOrAxes axis = -1;
  FIELDS(axis)
};

namespace layers {

// y = x / |x|, the norm over `axis`; 0 stays 0.
// Inputs:   x (batch, ...), f16|bf16|f32|f64.   Outputs: y, as x.
// Source:   Keras 3 `UnitNormalization`.
class UnitNormalization : public LayerWith<UnitNormalization, UnitNormalizationConfig> {
 public:
  static constexpr std::string_view kClassName = "UnitNormalization";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using UnitNormalization = LayerOf<layers::UnitNormalization>;

}  // namespace tricorn::keras
