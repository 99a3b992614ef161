#pragma once

#include "core/keras/layers/image/image_layer.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

struct ContrastLimitedAdaptiveHistogramEqualizationConfig {
  ValueRange value_range = {};
  double clip_limit = 4.0;
  Tuple<2> tile_grid_size = 8;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(value_range, clip_limit, tile_grid_size, data_format, bounding_box_format)
};

namespace layers {

// Spreads the values of each channel evenly within each tile of a grid, in training and inference;
// between the tiles' centres linearly. What a histogram has beyond clip_limit times its mean goes
// to all values alike. Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `ContrastLimitedAdaptiveHistogramEqualization`.
class ContrastLimitedAdaptiveHistogramEqualization
    : public ImageLayerWith<ContrastLimitedAdaptiveHistogramEqualization,
                            ContrastLimitedAdaptiveHistogramEqualizationConfig> {
 public:
  static constexpr std::string_view kClassName = "ContrastLimitedAdaptiveHistogramEqualization";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 protected:
  bool acts_in_inference() const override { return true; }
};

}  // namespace layers

using ContrastLimitedAdaptiveHistogramEqualization =
    LayerOf<layers::ContrastLimitedAdaptiveHistogramEqualization>;

}  // namespace tricorn::keras
