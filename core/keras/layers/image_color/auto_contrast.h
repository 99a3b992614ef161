#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct AutoContrastConfig {
  ValueRange value_range = {};
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(value_range, data_format, bounding_box_format)
};

namespace layers {

// Stretches the values of each channel of each image over the whole range, in training and
// inference; a channel of one value stays.
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `AutoContrast`.
class AutoContrast : public ImageLayerWith<AutoContrast, AutoContrastConfig> {
 public:
  static constexpr std::string_view kClassName = "AutoContrast";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;

 protected:
  bool acts_in_inference() const override { return true; }
};

}  // namespace layers

using AutoContrast = LayerOf<layers::AutoContrast>;

}  // namespace tricorn::keras
