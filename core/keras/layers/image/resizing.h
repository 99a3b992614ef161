#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct ResizingConfig {
  int64_t height = 1;
  int64_t width = 1;
  std::string interpolation = "bilinear";
  bool crop_to_aspect_ratio = false;
  bool pad_to_aspect_ratio = false;
  std::string fill_mode = "constant";
  double fill_value = 0;
  bool antialias = false;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(height, width, interpolation, crop_to_aspect_ratio, pad_to_aspect_ratio, fill_mode,
         fill_value, antialias, data_format, bounding_box_format)
};

namespace layers {

// Images of height x width, in training and inference; masks by nearest elements.
// Inputs:   images, any number type.   Outputs: as them, in their dtype.
// Errors:   InvalidArgument for an unknown interpolation, or both ways to keep the aspect ratio.
// Source:   Keras 3 `Resizing`.
class Resizing : public ImageLayerWith<Resizing, ResizingConfig> {
 public:
  static constexpr std::string_view kClassName = "Resizing";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 protected:
  bool acts_in_inference() const override { return true; }
  bool casts_images() const override { return false; }

 private:
  ir::Value ScaleBoxes(ir::Value boxes, const ir::Type& images) const;
};

}  // namespace layers

using Resizing = LayerOf<layers::Resizing>;

}  // namespace tricorn::keras
