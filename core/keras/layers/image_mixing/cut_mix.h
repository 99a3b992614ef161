#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct CutMixConfig {
  Factor<0, 1> factor = 1.0;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(factor, seed, data_format, bounding_box_format)
};

namespace layers {

// Puts a rectangle of another image of the batch into each while training; labels are mixed by
// area. The rectangle has the share 1 - w of the image, w ~ Beta(a, a), a ~ U(factor). Inputs:
// images, any number type, with labels.   Outputs: as them, in the compute dtype. Source:   Yun et
// al. 2019; Keras 3 `CutMix`.
class CutMix : public ImageLayerWith<CutMix, CutMixConfig> {
 public:
  static constexpr std::string_view kClassName = "CutMix";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 protected:
  bool handles_bounding_boxes() const override { return false; }
};

}  // namespace layers

using CutMix = LayerOf<layers::CutMix>;

}  // namespace tricorn::keras
