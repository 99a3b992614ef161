#include "core/ops/image/boxes.h"

#include <array>
#include <numbers>

#include "absl/strings/ascii.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/batch.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr std::array<std::string_view, 9> kFormats = {
    "xyxy",     "yxyx",     "xywh",     "center_xywh",    "center_yxhw",
    "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"};

// Without what makes it relative.
BoxFormat Absolute(BoxFormat format) {
  switch (format) {
    case BoxFormat::kRelXyxy:
      return BoxFormat::kXyxy;
    case BoxFormat::kRelYxyx:
      return BoxFormat::kYxyx;
    case BoxFormat::kRelXywh:
      return BoxFormat::kXywh;
    case BoxFormat::kRelCenterXywh:
      return BoxFormat::kCenterXywh;
    default:
      return format;
  }
}

Values Quarters(Value boxes) { return Split(boxes, 4, -1); }

Value ToCorners(Value boxes, BoxFormat format) {
  const Values v = Quarters(boxes);
  switch (format) {
    case BoxFormat::kYxyx:
      return Concatenate({{v[1], v[0], v[3], v[2]}}, -1);
    case BoxFormat::kXywh:
      return Concatenate({{v[0], v[1], v[0] + v[2], v[1] + v[3]}}, -1);
    case BoxFormat::kCenterXywh:
      return Concatenate({{v[0] - v[2] / 2, v[1] - v[3] / 2, v[0] + v[2] / 2, v[1] + v[3] / 2}},
                         -1);
    case BoxFormat::kCenterYxhw:
      return Concatenate({{v[1] - v[3] / 2, v[0] - v[2] / 2, v[1] + v[3] / 2, v[0] + v[2] / 2}},
                         -1);
    default:
      return boxes;
  }
}

Value FromCorners(Value boxes, BoxFormat format) {
  const Values v = Quarters(boxes);
  const Value width = v[2] - v[0], height = v[3] - v[1];
  switch (format) {
    case BoxFormat::kYxyx:
      return Concatenate({{v[1], v[0], v[3], v[2]}}, -1);
    case BoxFormat::kXywh:
      return Concatenate({{v[0], v[1], width, height}}, -1);
    case BoxFormat::kCenterXywh:
      return Concatenate({{v[0] + width / 2, v[1] + height / 2, width, height}}, -1);
    case BoxFormat::kCenterYxhw:
      return Concatenate({{v[1] + height / 2, v[0] + width / 2, height, width}}, -1);
    default:
      return boxes;
  }
}

Value Sized(Value boxes, double width, double height) {
  const Values v = Quarters(boxes);
  return Concatenate({{v[0] * width, v[1] * height, v[2] * width, v[3] * height}}, -1);
}

bool HasFour(Value boxes) { return boxes.rank() > 0 && boxes.dim(-1) == 4; }

Value NotBoxes(Value boxes) {
  return Error(boxes, InvalidArgument("boxes: expected 4 numbers on the last axis, received {}",
                                      boxes.type().ToString()));
}

Value Wide(Value boxes) { return Cast(boxes, image::WorkingDType(boxes)); }

// The first two numbers of each box, and the others.
Value Places(Value boxes) { return SliceAxis(boxes, -1, 0, 2); }
Value Lengths(Value boxes) { return SliceAxis(boxes, -1, 2, 4); }

}  // namespace

absl::StatusOr<BoxFormat> ParseBoxFormat(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower({name.data(), name.size()});
  for (size_t i = 0; i < kFormats.size(); ++i) {
    if (kFormats[i] == lower) return static_cast<BoxFormat>(i);
  }
  return InvalidArgument(
      "bounding_box_format: expected 'xyxy', 'yxyx', 'xywh', 'center_xywh', "
      "'center_yxhw', 'rel_xyxy', 'rel_yxyx', 'rel_xywh' or "
      "'rel_center_xywh', received '{}'",
      name);
}

bool IsRelative(BoxFormat format) { return Absolute(format) != format; }

Value ConvertBoxes(Value boxes, BoxFormat source, BoxFormat target, std::optional<ImageSize> size) {
  if (!HasFour(boxes)) return NotBoxes(boxes);
  boxes = Wide(boxes);
  if (source == target) return boxes;
  const bool from = IsRelative(source), to = IsRelative(target);
  if (from != to && !size) {
    return Error(boxes, InvalidArgument("boxes: expected the image's height and width to change "
                                        "between relative and absolute formats"));
  }
  boxes = ToCorners(boxes, Absolute(source));
  if (from && !to) boxes = Sized(boxes, size->width, size->height);
  if (to && !from) boxes = Sized(boxes, 1 / size->width, 1 / size->height);
  return FromCorners(boxes, Absolute(target));
}

Values BoxSides(Value boxes) { return Quarters(boxes); }

Value BoxAreas(Value boxes) {
  const Values v = Quarters(boxes);
  return Squeeze((v[2] - v[0]) * (v[3] - v[1]), {-1});
}

Value ClipBoxes(Value boxes, ImageSize size) {
  if (!HasFour(boxes)) return NotBoxes(boxes);
  const Values v = Quarters(boxes);
  return Concatenate({{Clip(v[0], 0, size.width), Clip(v[1], 0, size.height),
                       Clip(v[2], 0, size.width), Clip(v[3], 0, size.height)}},
                     -1);
}

Value CropBoxes(Value boxes, double top, double left, ImageSize size) {
  return ClipBoxes(PadBoxes(boxes, -top, -left), size);
}

Value PadBoxes(Value boxes, double top, double left) {
  if (!HasFour(boxes)) return NotBoxes(boxes);
  const Values v = Quarters(boxes);
  return Concatenate({{v[0] + left, v[1] + top, v[2] + left, v[3] + top}}, -1);
}

Value TransformBoxes(Value boxes, Value transform) {
  if (boxes.rank() != 3 || !HasFour(boxes)) return NotBoxes(boxes);
  const Values v = Quarters(Wide(boxes));
  const Value x = Concatenate({{v[0], v[2], v[0], v[2]}}, -1);
  const Value y = Concatenate({{v[1], v[3], v[3], v[1]}}, -1);
  const auto entry = [&](int64_t i) {
    return Cast(ExpandDims(SliceAxis(transform, 1, i, i + 1), {2}), x.dtype());
  };
  const auto line = [&](int64_t i) { return entry(i) * x + entry(i + 1) * y; };
  const Value k = line(6) + 1;
  const Value moved_x = (line(0) + entry(2)) / k, moved_y = (line(3) + entry(5)) / k;
  return Concatenate({{Min(moved_x, {-1}, true), Min(moved_y, {-1}, true), Max(moved_x, {-1}, true),
                       Max(moved_y, {-1}, true)}},
                     -1);
}

Value AffineTransformBoxes(Value boxes, const BoxMotion& m, ImageSize size) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double cx = m.center_x * (size.width - 1), cy = m.center_y * (size.height - 1);
  const Value rotation = m.angle * -kRadians;
  const Value shear_x = Tan(m.shear_x * -kRadians), shear_y = m.shear_y * -kRadians;
  const Value tx = m.translate_x * (1 - size.width) + cx;
  const Value ty = m.translate_y * (1 - size.height) + cy;
  const Value a = Cos(rotation - shear_y) / Cos(shear_y);
  const Value b = a * shear_x + Sin(rotation);
  const Value c = -Sin(rotation - shear_y) / Cos(shear_y);
  const Value d = Cos(rotation) - c * shear_x;
  const Value a0 = d * m.scale, a1 = -b * m.scale, b0 = -c * m.scale, b1 = a * m.scale;
  const Value zero = ZerosLike(a0);
  return TransformBoxes(
      boxes,
      Stack({{a0, a1, cx - a0 * tx - a1 * ty, b0, b1, cy - b0 * tx - b1 * ty, zero, zero}}, 1));
}

Value BoxIou(Value a, Value b, BoxFormat format, std::optional<double> mask_value,
             std::optional<ImageSize> size) {
  if (a.rank() < 2 || a.rank() > 3 || b.rank() < 2 || b.rank() > 3) return NotBoxes(a);
  a = ConvertBoxes(a, format, BoxFormat::kXyxy, size);
  b = ConvertBoxes(b, format, BoxFormat::kXyxy, size);
  if (!a.builder().ok()) return Error(a);
  const Values p = Quarters(a);  // (..., n, 1)
  Values q;                      // (..., 1, m)
  for (const Value& side : Quarters(b)) q.push_back(SwapAxes(side, -1, -2));
  const Value width = Maximum(Minimum(p[2], q[2]) - Maximum(p[0], q[0]), 0);
  const Value height = Maximum(Minimum(p[3], q[3]) - Maximum(p[1], q[1]), 0);
  const Value both = width * height;
  const Value either = ExpandDims(BoxAreas(a), {-1}) + ExpandDims(BoxAreas(b), {-2}) - both;
  const Value iou = both / (either + kEpsilon);
  if (!mask_value) return iou;
  const Value negative_a = Less(Max(a, {-1}, true), 0);
  const Value negative_b = SwapAxes(Less(Max(b, {-1}, true), 0), -1, -2);
  return Where(LogicalOr(negative_a, negative_b), *mask_value, iou);
}

Value BoxCiou(Value a, Value b, BoxFormat format) {
  const Values p = Quarters(ConvertBoxes(a, format, BoxFormat::kXyxy, std::nullopt));
  const Values q = Quarters(ConvertBoxes(b, format, BoxFormat::kXyxy, std::nullopt));
  const Value width_a = p[2] - p[0], height_a = p[3] - p[1] + kEpsilon;
  const Value width_b = q[2] - q[0], height_b = q[3] - q[1] + kEpsilon;
  const Value both = Maximum(Minimum(p[2], q[2]) - Maximum(p[0], q[0]), 0) *
                     Maximum(Minimum(p[3], q[3]) - Maximum(p[1], q[1]), 0);
  const Value either = width_a * height_a + width_b * height_b - both + kEpsilon;
  const Value iou = both / (either + kEpsilon);
  const Value diagonal = Square(Maximum(p[2], q[2]) - Minimum(p[0], q[0])) +
                         Square(Maximum(p[3], q[3]) - Minimum(p[1], q[1])) + kEpsilon;
  const Value distance =
      Square((p[0] + p[2]) / 2 - (q[0] + q[2]) / 2) + Square((p[1] + p[3]) / 2 - (q[1] + q[3]) / 2);
  const Value shape = Square(Arctan(width_b / height_b) - Arctan(width_a / height_a)) *
                      (4 / (std::numbers::pi * std::numbers::pi));
  const Value alpha = shape / (shape - iou + (1 + kEpsilon));
  return Squeeze(iou - (distance / diagonal + shape * alpha), {-1});
}

Value EncodeBoxes(Value anchors, Value boxes, const BoxEncoding& e, Value variance) {
  anchors = ConvertBoxes(anchors, e.anchors, e.encoding, e.size);
  boxes = ConvertBoxes(boxes, e.boxes, e.encoding, e.size);
  const Value lengths = Maximum(Lengths(anchors), kEpsilon);
  const Value deltas = Concatenate({{(Places(boxes) - Places(anchors)) / lengths,
                                     Log(Maximum(Lengths(boxes), kEpsilon) / lengths)}},
                                   -1);
  return variance ? deltas / Cast(variance, deltas.dtype()) : deltas;
}

Value DecodeBoxes(Value anchors, Value deltas, const BoxEncoding& e, Value variance) {
  anchors = ConvertBoxes(anchors, e.anchors, e.encoding, e.size);
  if (variance) deltas = deltas * Cast(variance, deltas.dtype());
  const Value lengths = Lengths(anchors);
  const Value boxes = Concatenate(
      {{Places(deltas) * lengths + Places(anchors), Exp(Lengths(deltas)) * lengths}}, -1);
  return ConvertBoxes(boxes, e.encoding, e.boxes, e.size);
}

}  // namespace tricorn::ops
