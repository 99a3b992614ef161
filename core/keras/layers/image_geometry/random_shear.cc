#include "core/keras/layers/image_geometry/random_shear.h"

#include "core/keras/layers/image_geometry/sampling.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandomShear::CheckArguments() const {
  RETURN_IF_ERROR(config_.x_factor.Check("x_factor"));
  RETURN_IF_ERROR(config_.y_factor.Check("y_factor"));
  return CheckSampling({config_.interpolation, config_.fill_mode, config_.fill_value});
}

ImageTransform RandomShear::Draw(ir::Value key, const ir::Type& images) const {
  const Sampling sampling{config_.interpolation, config_.fill_mode, config_.fill_value};
  const ir::Values keys = ops::SplitKey(key, 3);
  const ir::Type each{DType::kF32, {images.shape[0]}};
  const ir::Value back = ops::RandomBernoulli(keys[0], each.shape, 0.5);
  const auto draw = [&](const ir::Value& part, const Factor<-1, 1>& factor) {
    const ir::Value shear = ops::RandomUniform(part, each, factor.low(), factor.high());
    return ops::Where(back, -shear, shear);
  };
  const ir::Value x = draw(keys[1], config_.x_factor), y = draw(keys[2], config_.y_factor);
  const ir::Value one = ops::OnesLike(x), zero = ops::ZerosLike(x);
  const ir::Value source = AffineRows({{one, x, zero, y, one, zero}});
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
            const ir::Value share = 1 / (1 - x * y);
            b.boxes = ops::TransformBoxes(
                b.boxes, AffineRows({{share, -x * share, zero, -y * share, share, zero}}));
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
