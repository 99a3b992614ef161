#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomPerspectiveConfig {
  Factor<0, 1> factor = 1.0;
  double scale = 1.0;
  std::string interpolation = "bilinear";
  double fill_value = 0;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, scale, interpolation, fill_value, seed, data_format, bounding_box_format)
};

namespace layers {

// Moves the corners of images while training, each image with a probability p ~ U(factor), and each
// coordinate of a corner by d times itself, d ~ U(-scale / 2, scale / 2).
// Inputs:   images, any number type, with masks and boxes.   Outputs: as them, in the compute
// dtype. Source:   Keras 3 `RandomPerspective`.
class RandomPerspective : public ImageLayerWith<RandomPerspective, RandomPerspectiveConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomPerspective";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomPerspective = LayerOf<layers::RandomPerspective>;

}  // namespace tricorn::keras
