#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandAugmentConfig {
  ValueRange value_range = {};
  int64_t num_ops = 2;
  Factor<0, 1> factor = 0.5;
  std::string interpolation = "bilinear";
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(value_range, num_ops, factor, interpolation, seed, data_format, bounding_box_format)
};

namespace layers {

// Applies num_ops layers, each drawn anew, to the whole batch while training: shear, translation,
// rotation, brightness, color degeneration, contrast, sharpness, posterization, solarization, auto
// contrast or equalization, their strength by `factor`.
// Inputs:   images, any number type, with labels.   Outputs: as them, in the compute dtype.
// Source:   Cubuk et al. 2019; Keras 3 `RandAugment`.
class RandAugment : public ImageLayerWith<RandAugment, RandAugmentConfig> {
 public:
  static constexpr std::string_view kClassName = "RandAugment";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandAugment = LayerOf<layers::RandAugment>;

}  // namespace tricorn::keras
