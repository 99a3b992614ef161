#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomZoomConfig {
  Factor<-1, 1> height_factor = 0.0;
  std::optional<Factor<-1, 1>> width_factor = std::nullopt;
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

// Zooms images while training: shows 1 + f of their height, f ~ U(height_factor), and 1 + g of
// their width, g ~ U(width_factor), or g = f without that. Inputs:   images, any number type, with
// masks and boxes.   Outputs: as them, in the compute dtype. Source:   Keras 3 `RandomZoom`.
class RandomZoom : public ImageLayerWith<RandomZoom, RandomZoomConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomZoom";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomZoom = LayerOf<layers::RandomZoom>;

}  // namespace tricorn::keras
