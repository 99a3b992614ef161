#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct MaskingConfig {
  double mask_value = 0.0;
  FIELDS(mask_value)
};

namespace layers {

// Masks the steps whose features all equal mask_value, and zeroes them.
// Inputs:   x (batch, steps, features), any number type.
// Outputs:  y, as x, with a mask (batch, steps).
// Source:   Keras 3 `Masking`.
class Masking : public LayerWith<Masking, MaskingConfig> {
 public:
  static constexpr std::string_view kClassName = "Masking";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
};

}  // namespace layers

using Masking = LayerOf<layers::Masking>;

}  // namespace tricorn::keras
