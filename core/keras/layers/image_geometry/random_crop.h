#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomCropConfig {
  int64_t height = 1;
  int64_t width = 1;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(height, width, seed, data_format, bounding_box_format)
};

namespace layers {

// A random part of height x width while training, the same place for all images of a call. An image
// that is not larger in both is resized instead. Otherwise images stay as they are, though the
// model takes them for cropped ones, as in Keras. Inputs:   images, any number type, with masks and
// boxes.   Outputs: as them, in the compute dtype. Source:   Keras 3 `RandomCrop`.
class RandomCrop : public ImageLayerWith<RandomCrop, RandomCropConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomCrop";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;
  absl::StatusOr<std::vector<SymbolicType>> OutputTypes(
      const CallArguments<SymbolicType>& arguments) override;
};

}  // namespace layers

using RandomCrop = LayerOf<layers::RandomCrop>;

}  // namespace tricorn::keras
