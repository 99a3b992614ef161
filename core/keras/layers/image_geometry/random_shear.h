#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomShearConfig {
  Factor<-1, 1> x_factor = 0.0;
  Factor<-1, 1> y_factor = 0.0;
  std::string interpolation = "bilinear";
  std::string fill_mode = "reflect";
  double fill_value = 0;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(x_factor, y_factor, interpolation, fill_mode, fill_value, seed, data_format,
         bounding_box_format)
};

namespace layers {

// Shears images while training: columns by f rows, f ~ U(x_factor), rows by g columns,
// g ~ U(y_factor), both with one random sign, for each.
// Inputs:   images, any number type, with masks and boxes.   Outputs: as them, in the compute
// dtype. Source:   Keras 3 `RandomShear`.
class RandomShear : public ImageLayerWith<RandomShear, RandomShearConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomShear";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomShear = LayerOf<layers::RandomShear>;

}  // namespace tricorn::keras
