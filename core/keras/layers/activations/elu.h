#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct ELUConfig {
  double alpha = 1.0;
  FIELDS(alpha)
};

namespace layers {

// y = x above 0, alpha * (exp(x) - 1) below.
// Inputs:   x (any shape), f16|bf16|f32|f64.   Outputs: y, as x.
// Source:   Keras 3 `ELU`; Clevert et al. 2016.
class ELU : public LayerWith<ELU, ELUConfig> {
 public:
  static constexpr std::string_view kClassName = "ELU";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using ELU = LayerOf<layers::ELU>;

}  // namespace tricorn::keras
