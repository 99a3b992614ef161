#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomRotationConfig {
  Factor<-1, 1> factor = 0.0;
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";
  double fill_value = 0;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, fill_mode, interpolation, fill_value, seed, data_format, bounding_box_format)
};

namespace layers {

// Turns images around their centre while training, by 360 f degrees, f ~ U(factor) for each.
// Inputs:   images, any number type, with masks and boxes.   Outputs: as them, in the compute
// dtype. Source:   Keras 3 `RandomRotation`.
class RandomRotation : public ImageLayerWith<RandomRotation, RandomRotationConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomRotation";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomRotation = LayerOf<layers::RandomRotation>;

}  // namespace tricorn::keras
