#include "core/keras/layers/image_geometry/random_flip.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status RandomFlip::CheckArguments() const {
  for (const std::string_view mode : {"horizontal", "vertical", "horizontal_and_vertical"}) {
    if (config_.mode == mode) return absl::OkStatus();
  }
  return InvalidArgument(
      "mode: expected 'horizontal', 'vertical' or 'horizontal_and_vertical', received '{}'",
      config_.mode);
}

ImageTransform RandomFlip::Draw(ir::Value key, const ir::Type& images) const {
  const ir::Value chosen = ops::RandomBernoulli(key, {images.shape[0], 1, 1, 1}, 0.5);
  const bool columns = config_.mode != "vertical", rows = config_.mode != "horizontal";
  const auto flip = [=](ir::Value x) {
    std::vector<int64_t> axes;
    if (rows) axes.push_back(1);
    if (columns) axes.push_back(2);
    return ops::Where(chosen, ops::Reverse(x, axes), x);
  };
  const auto height = static_cast<double>(images.shape[1]);
  const auto width = static_cast<double>(images.shape[2]);
  return {
      .images = flip,
      .segmentation_masks = flip,
      .bounding_boxes =
          [=](BoundingBoxes b) {
            const ir::Values v = ops::BoxSides(b.boxes);
            const ir::Value left = columns ? width - v[2] : v[0];
            const ir::Value right = columns ? width - v[0] : v[2];
            const ir::Value top = rows ? height - v[3] : v[1];
            const ir::Value bottom = rows ? height - v[1] : v[3];
            const ir::Value flipped = ops::Concatenate({{left, top, right, bottom}}, -1);
            b.boxes = ops::Where(ops::Squeeze(chosen, {3}), flipped, b.boxes);
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
