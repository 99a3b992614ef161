#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomContrastConfig {
  Factor<0, 1> factor = 0.0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Changes the contrast of images while training.
//   y = clip((x - mean) c + mean, low, high),  c ~ U(1 - factor[0], 1 + factor[1]) for each image,
//   mean over the pixels of each channel
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomContrast`.
class RandomContrast : public ImageLayerWith<RandomContrast, RandomContrastConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomContrast";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomContrast = LayerOf<layers::RandomContrast>;

}  // namespace tricorn::keras
