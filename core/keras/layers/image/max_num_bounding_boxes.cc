#include "core/keras/layers/image/max_num_bounding_boxes.h"

#include <algorithm>

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status MaxNumBoundingBoxes::CheckArguments() const {
  return ExpectPositive("max_number", config_.max_number);
}

ImageTransform MaxNumBoundingBoxes::Draw(ir::Value, const ir::Type&) const {
  return {.bounding_boxes = [this](BoundingBoxes b) {
    const int64_t kept = std::min(config_.max_number, b.boxes.dim(1));
    const int64_t missing = config_.max_number - kept;
    const auto fill = static_cast<double>(config_.fill_value);
    b.boxes = ops::Pad(ops::SliceAxis(b.boxes, 1, 0, kept), {0, 0, 0}, {0, missing, 0}, {}, fill);
    b.labels = ops::Pad(ops::SliceAxis(b.labels, 1, 0, kept), {0, 0}, {0, missing}, {}, fill);
    return b;
  }};
}

}  // namespace tricorn::keras::layers
