#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomFlipConfig {
  std::string mode = "horizontal_and_vertical";
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(mode, seed, data_format, bounding_box_format)
};

namespace layers {

// Mirrors images while training, each with probability 1/2: left to right, top to bottom, or both
// at once. Inputs:   images, any number type, with masks and boxes.   Outputs: as them, in the
// compute dtype. Source:   Keras 3 `RandomFlip`.
class RandomFlip : public ImageLayerWith<RandomFlip, RandomFlipConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomFlip";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomFlip = LayerOf<layers::RandomFlip>;

}  // namespace tricorn::keras
