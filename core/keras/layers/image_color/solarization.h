#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct SolarizationConfig {
  Factor<0, 1> addition_factor = Factor<0, 1>(0.0, 0.0);
  Factor<0, 1> threshold_factor = Factor<0, 1>(0.0, 0.0);
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(addition_factor, threshold_factor, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Inverts the bright pixels of images while training, on the scale 0 to 255.
//   y = z if z < t else 255 - z,  z = clip(x + a, 0, 255),  a ~ U(addition_factor[0],
//   255 addition_factor[1]),  t ~ U(threshold_factor[0], 255 threshold_factor[1]) for each image
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `Solarization`.
class Solarization : public ImageLayerWith<Solarization, SolarizationConfig> {
 public:
  static constexpr std::string_view kClassName = "Solarization";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using Solarization = LayerOf<layers::Solarization>;

}  // namespace tricorn::keras
