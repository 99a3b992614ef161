#include "core/keras/layers/image_geometry/random_translation.h"

#include "core/keras/layers/image_geometry/sampling.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandomTranslation::CheckArguments() const {
  RETURN_IF_ERROR(config_.height_factor.Check("height_factor"));
  RETURN_IF_ERROR(config_.width_factor.Check("width_factor"));
  return CheckSampling({config_.interpolation, config_.fill_mode, config_.fill_value});
}

ImageTransform RandomTranslation::Draw(ir::Value key, const ir::Type& images) const {
  const Sampling sampling{config_.interpolation, config_.fill_mode, config_.fill_value};
  const ir::Values keys = ops::SplitKey(key, 2);
  const auto draw = [&](const ir::Value& part, const Factor<-1, 1>& factor, int axis) {
    const auto length = static_cast<double>(images.shape[axis]);
    return ops::RandomUniform(part, {DType::kF32, {images.shape[0]}}, factor.low() * length,
                              factor.high() * length);
  };
  const ir::Value down = draw(keys[0], config_.height_factor, 1);
  const ir::Value right = draw(keys[1], config_.width_factor, 2);
  const auto map = [=](ir::Value x, ir::Value y) {
    const ir::Value one = ops::OnesLike(x), zero = ops::ZerosLike(x);
    return AffineRows({{one, zero, x, zero, one, y}});
  };
  const ir::Value source = map(-right, -down);
  return {
      .images =
          [=](ir::Value image) {
            return ops::AffineTransform(image, source, ImageSampling(sampling));
          },
      .segmentation_masks =
          [=](ir::Value mask) {
            return ops::AffineTransform(mask, source, MaskSampling(sampling));
          },
      .bounding_boxes =
          [=](BoundingBoxes b) {
            b.boxes = ops::TransformBoxes(b.boxes, map(right, down));
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
