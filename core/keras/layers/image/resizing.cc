#include "core/keras/layers/image/resizing.h"

#include <algorithm>
#include <cmath>

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status Resizing::CheckArguments() const {
  RETURN_IF_ERROR(ExpectPositive("height", config_.height));
  RETURN_IF_ERROR(ExpectPositive("width", config_.width));
  return ops::ResampleMethod(config_.interpolation).status();
}

ir::Value Resizing::ScaleBoxes(ir::Value boxes, const ir::Type& images) const {
  const auto height = static_cast<double>(config_.height),
             width = static_cast<double>(config_.width);
  const auto rows = static_cast<double>(images.shape[1]);
  const auto columns = static_cast<double>(images.shape[2]);
  double x = width / columns, y = height / rows, left = 0, top = 0;
  if (config_.pad_to_aspect_ratio) {
    x = y = std::min(x, y);
    left = std::floor((width - columns * x) / 2);
    top = std::floor((height - rows * y) / 2);
  } else if (config_.crop_to_aspect_ratio) {
    x = y = std::max(x, y);
    left = -std::floor((columns * x - width) / 2);
    top = -std::floor((rows * y - height) / 2);
  }
  const ir::Values v = ops::BoxSides(boxes);
  return ops::Concatenate({{v[0] * x + left, v[1] * y + top, v[2] * x + left, v[3] * y + top}}, -1);
}

ImageTransform Resizing::Draw(ir::Value, const ir::Type& type) const {
  const auto resize = [this](ir::Value x, const std::string& interpolation) {
    return ops::Resize(x, config_.height, config_.width,
                       {.interpolation = interpolation,
                        .antialias = config_.antialias,
                        .crop_to_aspect_ratio = config_.crop_to_aspect_ratio,
                        .pad_to_aspect_ratio = config_.pad_to_aspect_ratio,
                        .fill_mode = config_.fill_mode,
                        .fill_value = config_.fill_value});
  };
  return {
      .images = [=, this](ir::Value x) { return resize(x, config_.interpolation); },
      .segmentation_masks = [=](ir::Value x) { return resize(x, "nearest"); },
      .bounding_boxes =
          [=, this](BoundingBoxes b) {
            // Boxes of zeros stand for none, and stay.
            const ir::Value some = ops::Any(ops::NotEqual(b.boxes, 0), {-1}, true);
            b.boxes = ops::Where(some, ScaleBoxes(b.boxes, type), 0);
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
