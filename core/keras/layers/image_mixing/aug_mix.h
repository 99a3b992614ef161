#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct AugMixConfig {
  ValueRange value_range = {};
  int64_t num_chains = 3;
  int64_t chain_depth = 3;
  Factor<0, 1> factor = 0.3;
  double alpha = 1.0;
  bool all_ops = true;
  std::string interpolation = "bilinear";
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(value_range, num_chains, chain_depth, factor, alpha, all_ops, interpolation, seed,
         data_format, bounding_box_format)
};

namespace layers {

// Mixes images with what num_chains chains of chain_depth random layers (or none) make of them
// while training.
//   y = clip(m x + (1 - m) sum_k w_k chain_k(x)),  m ~ Beta(alpha, alpha),  w ~ Dirichlet(alpha)
// all_ops: with the layers that change brightness, color, contrast and sharpness. Boxes stay.
// Inputs:   images, any number type, with labels.   Outputs: as them, in the compute dtype.
// Source:   Hendrycks et al. 2020; Keras 3 `AugMix`.
class AugMix : public ImageLayerWith<AugMix, AugMixConfig> {
 public:
  static constexpr std::string_view kClassName = "AugMix";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
};

}  // namespace layers

using AugMix = LayerOf<layers::AugMix>;

}  // namespace tricorn::keras
