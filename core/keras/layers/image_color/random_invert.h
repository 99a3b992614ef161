#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomInvertConfig {
  Factor<0, 1> factor = 1.0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// y = high - x while training, for each image with a probability p ~ U(factor).
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomInvert`.
class RandomInvert : public ImageLayerWith<RandomInvert, RandomInvertConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomInvert";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomInvert = LayerOf<layers::RandomInvert>;

}  // namespace tricorn::keras
