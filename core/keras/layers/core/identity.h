#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

namespace layers {

// y = x.   Inputs: x (any shape, any dtype).   Outputs: y, as x.   Source: Keras 3 `Identity`.
class Identity : public LayerWith<Identity, NoLayerConfig> {
 public:
  static constexpr std::string_view kClassName = "Identity";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using Identity = LayerOf<layers::Identity>;

}  // namespace tricorn::keras
