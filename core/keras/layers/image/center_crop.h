#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct CenterCropConfig {
  int64_t height = 1;
  int64_t width = 1;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(height, width, data_format, bounding_box_format)
};

namespace layers {

// The middle height x width of images, in training and inference. A smaller image is resized: the
// largest middle part of the right aspect ratio.
// Inputs:   images, any number type.   Outputs: in the compute dtype.
// Source:   Keras 3 `CenterCrop`.
class CenterCrop : public ImageLayerWith<CenterCrop, CenterCropConfig> {
 public:
  static constexpr std::string_view kClassName = "CenterCrop";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 protected:
  bool acts_in_inference() const override { return true; }
};

}  // namespace layers

using CenterCrop = LayerOf<layers::CenterCrop>;

}  // namespace tricorn::keras
