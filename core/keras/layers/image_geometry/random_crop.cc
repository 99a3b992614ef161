#include "core/keras/layers/image_geometry/random_crop.h"

#include <algorithm>

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// `kept` of `length` elements from the first of the middle part whose ratio to `other` is that of
// `kept` to `other_kept`, as far as there are.
struct MiddlePart {
  int64_t start, limit;
};
MiddlePart MiddleOf(int64_t length, int64_t kept, int64_t other, int64_t other_kept) {
  const auto in_ratio = static_cast<int64_t>(
      static_cast<double>(other) * static_cast<double>(kept) / static_cast<double>(other_kept));
  const int64_t part = std::max<int64_t>(std::min(length, in_ratio), 1);
  const int64_t start = (length - part) / 2;
  return {start, std::min(length, start + kept)};
}

}  // namespace

absl::Status RandomCrop::CheckArguments() const {
  RETURN_IF_ERROR(ExpectPositive("height", config_.height));
  return ExpectPositive("width", config_.width);
}

absl::StatusOr<std::vector<SymbolicType>> RandomCrop::OutputTypes(
    const CallArguments<SymbolicType>& arguments) {
  ASSIGN_OR_RETURN(std::vector<SymbolicType> types, ImageLayer::OutputTypes(arguments));
  const auto crop = [&](SymbolicType& type) {
    const int rows = type.rank() - (config_.data_format == DataFormat::kChannelsLast ? 3 : 2);
    if (rows < 0) return;
    type.shape[static_cast<size_t>(rows)] = config_.height;
    type.shape[static_cast<size_t>(rows) + 1] = config_.width;
  };
  if (arguments.args.empty() || !arguments.args[0].is_dict()) {
    for (SymbolicType& type : types) crop(type);
    return types;
  }
  // The outputs come by sorted key, boxes and their labels first.
  bool has_boxes = false;
  std::vector<std::string> keys;
  for (const auto& [key, item] : arguments.args[0].dict()) {
    has_boxes |= key == "bounding_boxes";
    if (key != "bounding_boxes") keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] != "labels") crop(types[i + (has_boxes ? 2 : 0)]);
  }
  return types;
}

ImageTransform RandomCrop::Draw(ir::Value key, const ir::Type& images) const {
  const int64_t rows = images.shape[1], columns = images.shape[2];
  const int64_t height = config_.height, width = config_.width;
  if (rows <= height || columns <= width) {
    const MiddlePart y = MiddleOf(rows, height, columns, width);
    const MiddlePart x = MiddleOf(columns, width, rows, height);
    const auto crop = [=](ir::Value image, const std::string& interpolation) {
      image = ops::SliceAxis(ops::SliceAxis(image, 1, y.start, y.limit), 2, x.start, x.limit);
      return ops::Resize(image, height, width, {.interpolation = interpolation});
    };
    return {
        .images = [=](ir::Value image) { return crop(image, "bilinear"); },
        .segmentation_masks = [=](ir::Value mask) { return crop(mask, "nearest"); },
        .bounding_boxes =
            [=](BoundingBoxes b) {
              b.boxes = ops::PadBoxes(b.boxes, -static_cast<double>(y.start),
                                      -static_cast<double>(x.start));
              return b;
            },
    };
  }
  const ir::Values keys = ops::SplitKey(key, 2);
  const auto start = [](const ir::Value& part, int64_t places) {
    const auto count = static_cast<double>(places);
    return ops::Clip(ops::Floor(ops::RandomUniform(part, {DType::kF32, {}}, 0, count)), 0,
                     count - 1);
  };
  const ir::Value top = start(keys[0], rows - height + 1);
  const ir::Value left = start(keys[1], columns - width + 1);
  const auto crop = [=](ir::Value image) {
    const auto part = [&](ir::Value first, int64_t length, int64_t axis) {
      const ir::Value range = ops::image::Range(image.builder(), DType::kI32, length);
      return ops::Take(image, range + ops::Cast(first, DType::kI32), axis);
    };
    image = part(top, height, 1);
    return part(left, width, 2);
  };
  return {
      .images = crop,
      .segmentation_masks = crop,
      .bounding_boxes =
          [=](BoundingBoxes b) {
            const ir::Values v = ops::BoxSides(b.boxes);
            b.boxes = ops::Concatenate({{v[0] - left, v[1] - top, v[2] - left, v[3] - top}}, -1);
            return b;
          },
  };
}

}  // namespace tricorn::keras::layers
