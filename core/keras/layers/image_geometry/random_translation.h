#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomTranslationConfig {
  Factor<-1, 1> height_factor = 0.0;
  Factor<-1, 1> width_factor = 0.0;
  std::string fill_mode = "reflect";
  std::string interpolation = "bilinear";
  double fill_value = 0;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(height_factor, width_factor, fill_mode, interpolation, fill_value, seed, data_format,
         bounding_box_format)
};

namespace layers {

// Moves images while training, down by f height, f ~ U(height_factor), and right by g width,
// g ~ U(width_factor), for each.
// Inputs:   images, any number type, with masks and boxes.   Outputs: as them, in the compute
// dtype. Source:   Keras 3 `RandomTranslation`.
class RandomTranslation : public ImageLayerWith<RandomTranslation, RandomTranslationConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomTranslation";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomTranslation = LayerOf<layers::RandomTranslation>;

}  // namespace tricorn::keras
