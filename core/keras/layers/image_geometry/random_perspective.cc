#include "core/keras/layers/image_geometry/random_perspective.h"

#include "core/keras/layers/image_geometry/sampling.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status RandomPerspective::CheckArguments() const {
  RETURN_IF_ERROR(config_.factor.Check("factor"));
  if (!(config_.scale >= 0 && config_.scale <= 1)) {
    return InvalidArgument("scale: expected a number within [0, 1], received {}", config_.scale);
  }
  return CheckSampling({config_.interpolation, "constant", config_.fill_value});
}

ImageTransform RandomPerspective::Draw(ir::Value key, const ir::Type& images) const {
  const Sampling sampling{config_.interpolation, "constant", config_.fill_value};
  const ir::Values keys = ops::SplitKey(key, 2);
  const ir::Value chosen = DrawChances(keys[0], images, config_.factor);
  const ir::Value shift = ops::RandomUniform(keys[1], {DType::kF32, {images.shape[0], 4, 2}},
                                             -config_.scale / 2, config_.scale / 2);
  const auto right = static_cast<double>(images.shape[2] - 1);
  const auto bottom = static_cast<double>(images.shape[1] - 1);
  const ir::Value corners = ops::BroadcastTo(
      key.builder().Constant(
          Tensor::From<double>({1, 4, 2}, {0, 0, right, 0, 0, bottom, right, bottom})
              .Cast(DType::kF32)),
      shift.shape());
  const ir::Value moved = corners + corners * shift;
  const auto sample = [=](ir::Value x, const ops::MapCoordinatesAttrs& attrs) {
    return ops::Where(chosen, ops::PerspectiveTransform(x, corners, moved, attrs), x);
  };
  return {
      .images = [=](ir::Value image) { return sample(image, ImageSampling(sampling)); },
      .segmentation_masks = [=](ir::Value mask) { return sample(mask, MaskSampling(sampling)); },
      .bounding_boxes =
          [=](BoundingBoxes b) {
            const ir::Value to = ops::TransformBoxes(b.boxes, ops::Homography(moved, corners));
            b.boxes = ops::Where(ops::Squeeze(chosen, {3}), to, b.boxes);
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
