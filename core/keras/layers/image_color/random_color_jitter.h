#pragma once

#include "core/keras/layers/image/image_layer.h"

namespace tricorn::keras {

struct RandomColorJitterConfig {
  ValueRange value_range = {};
  std::optional<Factor<-1, 1>> brightness_factor = std::nullopt;
  std::optional<Factor<0, 1>> contrast_factor = std::nullopt;
  std::optional<Factor<-1, 1>> saturation_factor = std::nullopt;
  std::optional<Factor<0, 1>> hue_factor = std::nullopt;
  std::optional<int64_t> seed = std::nullopt;
  DataFormat data_format = DefaultDataFormat();
  std::optional<std::string> bounding_box_format = std::nullopt;
  FIELDS(value_range, brightness_factor, contrast_factor, saturation_factor, hue_factor, seed,
         data_format, bounding_box_format)
};

namespace layers {

// RandomBrightness, RandomContrast, RandomSaturation and RandomHue, those with a factor, in this
// order.
// Inputs:   images, any number type.   Outputs: as them, in the compute dtype.
// Source:   Keras 3 `RandomColorJitter`.
class RandomColorJitter : public ImageLayerWith<RandomColorJitter, RandomColorJitterConfig> {
 public:
  static constexpr std::string_view kClassName = "RandomColorJitter";
  using ImageLayerWith::ImageLayerWith;

  ImageTransform Draw(ir::Value key, const ir::Type& images) const override;
  absl::Status CheckArguments() const override;

 private:
  // The layers that have a factor, in order.
  std::vector<std::shared_ptr<const ImageLayer>> Steps() const;
};

}  // namespace layers

using RandomColorJitter = LayerOf<layers::RandomColorJitter>;

}  // namespace tricorn::keras
