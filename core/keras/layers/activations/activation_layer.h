#pragma once

#include "core/keras/activations/activation.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct ActivationConfig {
  keras::Activation activation = "linear";
  FIELDS(activation)
};

namespace layers {

// y = activation(x).   Inputs: x (any shape).   Outputs: y, as x.
// Source: Keras 3 `Activation`. The user's handle is ActivationLayer: Activation is the function.
class Activation : public LayerWith<Activation, ActivationConfig> {
 public:
  static constexpr std::string_view kClassName = "Activation";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext&, ir::Value x) override { return config_.activation(x); }
  bool supports_masking() const override { return true; }
};

}  // namespace layers

using ActivationLayer = LayerOf<layers::Activation>;

}  // namespace tricorn::keras
