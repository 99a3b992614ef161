#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomElasticTransformConfig {
  Factor<0, 1> factor = 1.0;
  Factor<0, 1> scale = 1.0;
  std::string interpolation = "bilinear";
  std::string fill_mode = "reflect";
  double fill_value = 0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, scale, interpolation, fill_mode, fill_value, value_range, seed, data_format,
         bounding_box_format)
};

namespace layers {

// Distorts images smoothly while training, each with a probability p ~ U(factor): ops::Elastic-
// Transform with alpha 0.1 s and sigma 0.05 s of the longer and the shorter side, s ~ U(scale).
// Inputs:   images, any number type, with masks and boxes.   Outputs: as them, in the compute
// dtype. Source:   Keras 3 `RandomElasticTransform`.
class RandomElasticTransform
    : public ImageLayerWith<RandomElasticTransform, RandomElasticTransformConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomElasticTransform";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 protected:
  bool handles_bounding_boxes() const override { return false; }
};

}  // namespace layers

using RandomElasticTransform = LayerOf<layers::RandomElasticTransform>;

}  // namespace tricorn::keras
