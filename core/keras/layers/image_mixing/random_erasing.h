#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomErasingConfig {
  Factor<0, 1> factor = 1.0;
  Factor<0, 1> scale = Factor<0, 1>(0.02, 0.33);
  Json fill_value = nullptr;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, scale, fill_value, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Erases a rectangle of images while training, each with a probability p ~ U(factor). Its sides are
// the square roots of two draws of U(scale). What fills it: fill_value (one number, or one for each
// of three channels), or normal noise times the greatest value. Errors:   InvalidArgument for
// another fill_value. Inputs:   images, any number type, with labels.   Outputs: as them, in the
// compute dtype. Source:   Zhong et al. 2020; Keras 3 `RandomErasing`.
class RandomErasing : public ImageLayerWith<RandomErasing, RandomErasingConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomErasing";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 private:
  absl::StatusOr<std::vector<double>> FillValues() const;
};

}  // namespace layers

using RandomErasing = LayerOf<layers::RandomErasing>;

}  // namespace tricorn::keras
