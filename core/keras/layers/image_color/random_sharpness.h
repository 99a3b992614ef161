#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomSharpnessConfig {
  Factor<0, 1> factor = 0.0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Sharpens or smooths images while training.
//   y = clip(x + (1 - 2 f) (smooth(x) - x), low, high),  f ~ U(factor) for each image
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomSharpness`.
class RandomSharpness : public ImageLayerWith<RandomSharpness, RandomSharpnessConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomSharpness";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomSharpness = LayerOf<layers::RandomSharpness>;

}  // namespace tricorn::keras
