#include "core/keras/layers/image_geometry/random_rotation.h"

#include <numbers>

#include "core/keras/layers/image_geometry/sampling.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::layers {

absl::Status RandomRotation::CheckArguments() const {
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  return CheckSampling({config_.interpolation, config_.fill_mode, config_.fill_value});
}

ImageTransform RandomRotation::Draw(ir::Value key, const ir::Type& images) const {
  constexpr double kTurn = 2 * std::numbers::pi;
  const Sampling sampling{config_.interpolation, config_.fill_mode, config_.fill_value};
  const double x = static_cast<double>(images.shape[2] - 1) / 2;
  const double y = static_cast<double>(images.shape[1] - 1) / 2;
  const ir::Value angle =
      ops::RandomUniform(key, {DType::kF32, {images.shape[0]}}, config_.factor.low() * kTurn,
                         config_.factor.high() * kTurn);
  // By `sine` or its opposite: where a pixel comes from, or where it goes.
  const auto map = [=](ir::Value sine) {
    const ir::Value cosine = ops::Cos(angle);
    return AffineRows(
        {{cosine, -sine, x - cosine * x + sine * y, sine, cosine, y - sine * x - cosine * y}});
  };
  const ir::Value source = map(ops::Sin(angle));
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
            b.boxes = ops::TransformBoxes(b.boxes, map(-ops::Sin(angle)));
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
