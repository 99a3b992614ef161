#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct EqualizationConfig {
  ValueRange value_range = {};
  int64_t bins = 256;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(value_range, bins, data_format, bounding_box_format)
};

namespace layers {

// Spreads the values of each channel evenly while training, by the cumulated histogram of the whole
// batch.
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `Equalization`.
class Equalization : public ImageLayerWith<Equalization, EqualizationConfig> {
 public:
  static constexpr std::string_view kClassName = "Equalization";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using Equalization = LayerOf<layers::Equalization>;

}  // namespace tricorn::keras
