#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct MixUpConfig {
  double alpha = 0.2;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(alpha, seed, data_format, bounding_box_format)
};

namespace layers {

// Mixes each image, its label and its mask with those of another of the batch while training.
//   y = w x + (1 - w) x[p],  w ~ Beta(alpha, alpha) for each image, p a random order of the batch.
// Boxes: those of both images.
// Inputs:   images, any number type, with labels.   Outputs: as them, in the compute dtype.
// Source:   Zhang et al. 2018; Keras 3 `MixUp`.
class MixUp : public ImageLayerWith<MixUp, MixUpConfig> {
 public:
  static constexpr std::string_view kClassName = "MixUp";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using MixUp = LayerOf<layers::MixUp>;

}  // namespace tricorn::keras
