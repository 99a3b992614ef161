#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomGrayscaleConfig {
  double factor = 0.5;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, seed, data_format, bounding_box_format)
};

namespace layers {

// Makes images gray, each with probability `factor`, while training.
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomGrayscale`.
class RandomGrayscale : public ImageLayerWith<RandomGrayscale, RandomGrayscaleConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomGrayscale";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomGrayscale = LayerOf<layers::RandomGrayscale>;

}  // namespace tricorn::keras
