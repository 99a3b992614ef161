#pragma once

#include "core/keras/layers/merging/merge.h"

namespace tricorn::keras {

struct CustomScaleLayerConfig {
  double scale;
  FIELDS(scale)
};

namespace layers {

// y = x_1 + scale * x_2
// Inputs:   x_1, x_2 that broadcast, any number type.   Outputs: y, of the broadcast shape.
// Source:   Keras 3 `keras.src.applications.inception_resnet_v2.CustomScaleLayer`.
class CustomScaleLayer : public LayerWith<CustomScaleLayer, CustomScaleLayerConfig, Merge> {
 public:
  static constexpr std::string_view kClassName = "CustomScaleLayer";
  using LayerWith::LayerWith;
  std::string_view module() const override { return "keras.src.applications.inception_resnet_v2"; }
  std::string_view registered_name() const override { return kClassName; }

 protected:
  int min_inputs() const override { return 2; }
  int max_inputs() const override { return 2; }
  bool supports_masking() const override { return false; }
  ir::Value Combine(ir::Operands inputs) const override;
};

}  // namespace layers

using CustomScaleLayer = LayerOf<layers::CustomScaleLayer>;

}  // namespace tricorn::keras
