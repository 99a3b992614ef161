#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct MaxNumBoundingBoxesConfig {
  int64_t max_number = 1;
  int64_t fill_value = -1;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(max_number, fill_value, data_format, bounding_box_format)
};

namespace layers {

// Exactly `max_number` boxes an image: the first ones, or all and then boxes and labels of
// fill_value. The images stay as they are.
// Source:   Keras 3 `MaxNumBoundingBoxes`.
class MaxNumBoundingBoxes : public ImageLayerWith<MaxNumBoundingBoxes, MaxNumBoundingBoxesConfig> {
 public:
  static constexpr std::string_view kClassName = "MaxNumBoundingBoxes";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 protected:
  bool acts_in_inference() const override { return true; }
  bool casts_images() const override { return false; }
  bool keeps_box_format() const override { return true; }
};

}  // namespace layers

using MaxNumBoundingBoxes = LayerOf<layers::MaxNumBoundingBoxes>;

}  // namespace tricorn::keras
