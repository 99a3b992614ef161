#include "core/keras/layers/image/center_crop.h"

#include <algorithm>

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// The part of the image that is kept.
struct Window {
  int64_t top, left, height, width;
};

Window KeptWindow(const ir::Type& images, const CenterCropConfig& config) {
  const int64_t rows = images.shape[1], columns = images.shape[2];
  if (rows >= config.height && columns >= config.width) {
    return {(rows - config.height) / 2, (columns - config.width) / 2, config.height, config.width};
  }
  const auto in_ratio = [](int64_t other, int64_t target, int64_t other_target) {
    return static_cast<int64_t>(static_cast<double>(other) * static_cast<double>(target) /
                                static_cast<double>(other_target));
  };
  const int64_t height =
      std::max<int64_t>(std::min(rows, in_ratio(columns, config.height, config.width)), 1);
  const int64_t width =
      std::max<int64_t>(std::min(columns, in_ratio(rows, config.width, config.height)), 1);
  return {(rows - height) / 2, (columns - width) / 2, height, width};
}

}  // namespace

absl::Status CenterCrop::CheckArguments() const {
  RETURN_IF_ERROR(ExpectPositive("height", config_.height));
  return ExpectPositive("width", config_.width);
}

ImageTransform CenterCrop::Draw(ir::Value, const ir::Type& images) const {
  const Window w = KeptWindow(images, config_);
  const auto crop = [this, w](ir::Value x, const std::string& interpolation) {
    x = ops::SliceAxis(x, 1, w.top, w.top + w.height);
    x = ops::SliceAxis(x, 2, w.left, w.left + w.width);
    return ops::Resize(x, config_.height, config_.width, {.interpolation = interpolation});
  };
  return {
      .images = [crop](ir::Value x) { return crop(x, "bilinear"); },
      .segmentation_masks = [crop](ir::Value x) { return crop(x, "nearest"); },
      .bounding_boxes =
          [this, w](BoundingBoxes b) {
            const auto height = static_cast<double>(w.height), width = static_cast<double>(w.width);
            b.boxes = ops::CropBoxes(b.boxes, static_cast<double>(w.top),
                                     static_cast<double>(w.left), {height, width});
            const double y = static_cast<double>(config_.height) / height;
            const double x = static_cast<double>(config_.width) / width;
            const ir::Values v = ops::BoxSides(b.boxes);
            b.boxes = ops::Concatenate({{v[0] * x, v[1] * y, v[2] * x, v[3] * y}}, -1);
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
