#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The length that has to `other` the ratio target : other_target.
int64_t InRatio(int64_t other, int64_t target, int64_t other_target) {
  return static_cast<int64_t>(static_cast<double>(other) * static_cast<double>(target) /
                              static_cast<double>(other_target));
}

// The largest centred part of a batch with the aspect ratio of height : width.
Value CropToRatio(Value x, int64_t height, int64_t width) {
  const int64_t rows = x.dim(1), columns = x.dim(2);
  const int64_t kept_rows = std::max<int64_t>(std::min(rows, InRatio(columns, height, width)), 1);
  const int64_t kept_columns =
      std::max<int64_t>(std::min(columns, InRatio(rows, width, height)), 1);
  const int64_t top = (rows - kept_rows) / 2, left = (columns - kept_columns) / 2;
  x = SliceAxis(x, 1, top, top + kept_rows);
  return SliceAxis(x, 2, left, left + kept_columns);
}

Value PadToRatio(Value x, int64_t height, int64_t width, double value) {
  const int64_t rows = x.dim(1), columns = x.dim(2);
  const int64_t above = (std::max(rows, InRatio(columns, height, width)) - rows) / 2;
  // As Keras: columns only where no rows were added.
  const int64_t before =
      above > 0 ? 0 : (std::max(columns, InRatio(rows, width, height)) - columns) / 2;
  return Pad(x, {0, above, before, 0}, {0, above, before, 0}, {}, value);
}

Value ResizeBatch(Value x, int64_t height, int64_t width, const std::string& method,
                  bool antialias) {
  const DType dtype = x.dtype();
  if (method != "nearest" && !IsFloating(dtype)) x = Cast(x, DType::kF32);
  const int64_t lengths[] = {height, width};
  for (const int axis : {1, 2}) {
    if (x.dim(axis) == lengths[axis - 1]) continue;
    x = Resample(x, {axis, lengths[axis - 1], method, antialias});
  }
  return x.builder().ok() ? image::RoundTo(x, dtype) : x;
}

}  // namespace

Value Resize(Value images, int64_t height, int64_t width, const ResizeOptions& options) {
  const absl::StatusOr<std::string> method = ResampleMethod(options.interpolation);
  if (!method.ok()) return Error(images, method.status());
  if (height < 1 || width < 1) {
    return Error(images, InvalidArgument("size: expected a positive height and width, received {} "
                                         "and {}",
                                         height, width));
  }
  if (options.fill_mode != "constant") {
    return Error(images, InvalidArgument("fill_mode: expected 'constant', received '{}'",
                                         options.fill_mode));
  }
  if (options.crop_to_aspect_ratio && options.pad_to_aspect_ratio) {
    return Error(images, InvalidArgument("expected at most one of crop_to_aspect_ratio and "
                                         "pad_to_aspect_ratio"));
  }
  return image::OnBatch(images, [&](Value x) {
    if (options.crop_to_aspect_ratio) x = CropToRatio(x, height, width);
    if (options.pad_to_aspect_ratio) x = PadToRatio(x, height, width, options.fill_value);
    return ResizeBatch(x, height, width, *method, options.antialias);
  });
}

Value SmartResize(Value images, int64_t height, int64_t width, std::string_view interpolation) {
  return Resize(images, height, width,
                {.interpolation = std::string(interpolation), .crop_to_aspect_ratio = true});
}

}  // namespace tricorn::ops
