#include <array>
#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/image.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The three planes of floating images, their channel axis of length 1 kept.
absl::StatusOr<std::array<Value, 3>> Planes(Value images) {
  if (images.rank() != 3 && images.rank() != 4) {
    return InvalidArgument("expected images of rank 3 or 4, received {}", images.type().ToString());
  }
  if (!IsFloating(images.dtype()) || images.dim(-1) != 3) {
    return InvalidArgument("expected floating images of 3 channels, received {}",
                           images.type().ToString());
  }
  std::array<Value, 3> planes;
  for (int64_t i = 0; i < 3; ++i) planes[static_cast<size_t>(i)] = SliceAxis(images, -1, i, i + 1);
  return planes;
}

double Epsilon(DType dtype) {
  switch (dtype) {
    case DType::kF64:
      return 0x1p-52;
    case DType::kF16:
      return 0x1p-10;
    case DType::kBF16:
      return 0x1p-7;
    default:
      return 0x1p-23;
  }
}

}  // namespace

Value RgbToGrayscale(Value images) {
  const int64_t channels = images.rank() == 3 || images.rank() == 4 ? images.dim(-1) : 0;
  if (channels == 1) return images;
  if (channels != 3) {
    return Error(images, InvalidArgument("expected images of 3 channels or 1, received {}",
                                         images.type().ToString()));
  }
  const DType dtype = images.dtype();
  if (!IsFloating(dtype)) images = Cast(images, DType::kF32);
  const auto plane = [&](int64_t i) { return SliceAxis(images, -1, i, i + 1); };
  return Cast(plane(0) * 0.2989 + plane(1) * 0.587 + plane(2) * 0.114, dtype);
}

Value RgbToHsv(Value images) {
  images = IsFloating(images.dtype())
               ? Where(Less(Absolute(images), Epsilon(images.dtype())), 0, images)
               : images;
  const auto planes = Planes(images);
  if (!planes.ok()) return Error(images, planes.status());
  const auto& [r, g, b] = *planes;
  const Value value = Maximum(Maximum(r, g), b);
  const Value range = value - Minimum(Minimum(r, g), b);
  const Value colored = Greater(range, 0), bright = Greater(value, 0);
  const Value saturation = Where(bright, range / Where(bright, value, 1), 0);
  const Value norm = Reciprocal(Where(colored, range, 1) * 6);
  Value hue = Where(Equal(value, g), norm * (b - r) + 2.0 / 6, norm * (r - g) + 4.0 / 6);
  hue = Where(Equal(value, r), norm * (g - b), hue);
  hue = Where(colored, hue, 0) + Cast(Less(hue, 0), hue.dtype());
  return Concatenate({{hue, saturation, value}}, -1);
}

Value HsvToRgb(Value images) {
  const auto planes = Planes(images);
  if (!planes.ok()) return Error(images, planes.status());
  const auto& [hue, saturation, value] = *planes;
  const Value h = Mod(hue, 1) * 6;
  const Value gray = 1 - saturation;
  const auto channel = [&](Value share) { return value * (gray + saturation * Clip(share, 0, 1)); };
  return Concatenate(
      {{channel(Absolute(h - 3) - 1), channel(2 - Absolute(h - 2)), channel(2 - Absolute(h - 4))}},
      -1);
}

}  // namespace tricorn::ops
