#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

struct SoftmaxConfig {
  AxisOrAxes axis = -1;
  FIELDS(axis)
};

namespace layers {

// y_i = exp(x_i) / sum_j exp(x_j), over `axis` (one or several).
// Inputs:   x (any shape), f16|bf16|f32|f64; a mask that broadcasts to it: masked positions give 0.
// Outputs:  y, as x.
// Source:   Keras 3 `Softmax`.
class Softmax : public LayerWith<Softmax, SoftmaxConfig> {
 public:
  static constexpr std::string_view kClassName = "Softmax";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using Softmax = LayerOf<layers::Softmax>;

}  // namespace tricorn::keras
