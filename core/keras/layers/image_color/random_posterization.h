#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomPosterizationConfig {
  Factor<1, 8> factor = 8.0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Keeps the upper bits of each channel's 8 while training, as many as drawn for each image from
// the integers factor[0], ..., factor[1] - 1.
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomPosterization`.
class RandomPosterization : public ImageLayerWith<RandomPosterization, RandomPosterizationConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomPosterization";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomPosterization = LayerOf<layers::RandomPosterization>;

}  // namespace tricorn::keras
