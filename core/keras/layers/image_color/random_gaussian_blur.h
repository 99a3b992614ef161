#pragma once

#include "core/keras/layers/image/image_layer.h"
#include "core/keras/layers/tuple.h"

namespace tricorn::keras {

struct RandomGaussianBlurConfig {
  Factor<0, 1> factor = 1.0;
  Tuple<2> kernel_size = 3;
  Factor<0, 1> sigma = 1.0;
  ValueRange value_range = {};
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, kernel_size, sigma, value_range, seed, data_format, bounding_box_format)
};

namespace layers {

// Blurs images while training, each with a probability p ~ U(factor), by a Gaussian whose two
// deviations are drawn from U(sigma).
// Errors:   InvalidArgument for even sizes.
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomGaussianBlur`.
class RandomGaussianBlur : public ImageLayerWith<RandomGaussianBlur, RandomGaussianBlurConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomGaussianBlur";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using RandomGaussianBlur = LayerOf<layers::RandomGaussianBlur>;

}  // namespace tricorn::keras
