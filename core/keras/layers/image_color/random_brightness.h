#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomBrightnessConfig {
  Factor<-1, 1> factor = 0.0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Makes images brighter or darker while training.
//   y = clip(x + d (high - low), low, high),  d ~ U(factor) for each image
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomBrightness`.
class RandomBrightness : public ImageLayerWith<RandomBrightness, RandomBrightnessConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomBrightness";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomBrightness = LayerOf<layers::RandomBrightness>;

}  // namespace tricorn::keras
