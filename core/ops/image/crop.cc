#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// What one axis loses or gains at its two ends.
struct Ends {
  int64_t before = 0;
  int64_t after = 0;
};

// From two of the three arguments, `sign` being 1 where ends are added to `length`, -1 where they
// are taken off it.
absl::StatusOr<Ends> Resolve(std::string_view what, int64_t length, int sign,
                             std::optional<int64_t> before, std::optional<int64_t> after,
                             std::optional<int64_t> target) {
  if (before.has_value() + after.has_value() + target.has_value() != 2) {
    return InvalidArgument("{}: expected exactly two of the amounts at both ends and the target",
                           what);
  }
  for (const std::optional<int64_t>& given : {before, after, target}) {
    if (given && (*given < 0 || *given > int64_t{1} << 40)) {
      return InvalidArgument("{}: expected amounts within [0, 2^40], received {}", what, *given);
    }
  }
  if (!before) before = sign * (*target - length) - *after;
  if (!after) after = sign * (*target - length) - *before;
  if (*before < 0 || *after < 0 || (sign < 0 && *before + *after > length)) {
    return InvalidArgument("{}: expected amounts that fit length {}, received {} and {}", what,
                           length, *before, *after);
  }
  return Ends{*before, *after};
}

}  // namespace

Value CropImages(Value images, const CropImagesOptions& o) {
  return image::OnBatch(images, [&](Value x) {
    const absl::StatusOr<Ends> rows = Resolve("crop_images, height", x.dim(1), -1, o.top_cropping,
                                              o.bottom_cropping, o.target_height);
    if (!rows.ok()) return Error(x, rows.status());
    const absl::StatusOr<Ends> columns = Resolve("crop_images, width", x.dim(2), -1,
                                                 o.left_cropping, o.right_cropping, o.target_width);
    if (!columns.ok()) return Error(x, columns.status());
    const int64_t bottom = x.dim(1) - rows->after, right = x.dim(2) - columns->after;
    return SliceAxis(SliceAxis(x, 1, rows->before, bottom), 2, columns->before, right);
  });
}

Value PadImages(Value images, const PadImagesOptions& o) {
  return image::OnBatch(images, [&](Value x) {
    const absl::StatusOr<Ends> rows = Resolve("pad_images, height", x.dim(1), 1, o.top_padding,
                                              o.bottom_padding, o.target_height);
    if (!rows.ok()) return Error(x, rows.status());
    const absl::StatusOr<Ends> columns =
        Resolve("pad_images, width", x.dim(2), 1, o.left_padding, o.right_padding, o.target_width);
    if (!columns.ok()) return Error(x, columns.status());
    return Pad(x, {0, rows->before, columns->before, 0}, {0, rows->after, columns->after, 0});
  });
}

}  // namespace tricorn::ops
