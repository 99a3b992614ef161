#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct LeakyReLUConfig {
  double negative_slope = 0.3;
  FIELDS(negative_slope)
};

namespace layers {

// y = x above 0, negative_slope * x below.
// Inputs:   x (any shape), f16|bf16|f32|f64.   Outputs: y, as x.
// Source:   Keras 3 `LeakyReLU`; Maas et al. 2013.
class LeakyReLU : public LayerWith<LeakyReLU, LeakyReLUConfig> {
 public:
  static constexpr std::string_view kClassName = "LeakyReLU";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using LeakyReLU = LayerOf<layers::LeakyReLU>;

}  // namespace tricorn::keras
