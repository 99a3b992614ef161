#pragma once

#include <optional>
#include <string_view>

#include "core/ops/op.h"

// keras.utils.bounding_boxes: boxes (..., 4), computed in float32 (float64 stays).

namespace tricorn::ops {

// Two corners, a corner and lengths, or a centre and lengths; in pixels, or relative to the image.
enum class BoxFormat : uint8_t {
  kXyxy,
  kYxyx,
  kXywh,
  kCenterXywh,
  kCenterYxhw,
  kRelXyxy,
  kRelYxyx,
  kRelXywh,
  kRelCenterXywh
};
absl::StatusOr<BoxFormat> ParseBoxFormat(std::string_view name);  // "xyxy", ..., in any case
bool IsRelative(BoxFormat format);

struct ImageSize {
  double height = 1;
  double width = 1;
};
// An error in the builder unless boxes have 4 numbers each, and without `size` where one format
// alone is relative.
Value ConvertBoxes(Value boxes, BoxFormat source, BoxFormat target, std::optional<ImageSize> size);

// Below, boxes are kXyxy where nothing else is said.
Values BoxSides(Value boxes);  // x1, y1, x2, y2, each (..., 1)
Value BoxAreas(Value boxes);   // (...)
Value ClipBoxes(Value boxes, ImageSize size);
// As they lie in the part of the image that begins at `top` and `left`; clipped to its size.
Value CropBoxes(Value boxes, double top, double left, ImageSize size);
Value PadBoxes(Value boxes, double top, double left);
// The boxes around the corners of boxes (batch, count, 4) moved by the projective map `transform`
// (batch, 8), as homography gives it.
Value TransformBoxes(Value boxes, Value transform);
// By the map that sends images where ops::AffineTransform samples them with the inverse: angle and
// shears (batch,) in degrees, translations as fractions of the length, around the centre.
struct BoxMotion {
  Value angle, translate_x, translate_y, scale, shear_x, shear_y;
  double center_x = 0.5;
  double center_y = 0.5;
};
Value AffineTransformBoxes(Value boxes, const BoxMotion& motion, ImageSize size);

// Intersection over union of each box of a with each of b: (n, m), or (batch, n, m). With
// `mask_value`, that for pairs with a box of negative numbers.
Value BoxIou(Value a, Value b, BoxFormat format, std::optional<double> mask_value = std::nullopt,
             std::optional<ImageSize> size = std::nullopt);
// Of a with b one to one, less the distance of centres and the difference in shape.
// Source: Zheng et al. 2020, "Distance-IoU loss".
Value BoxCiou(Value a, Value b, BoxFormat format);

// What separates boxes from anchors: shifts of centres over the anchors' lengths, logarithms of
// ratios of lengths, over `variance` (4,) unless none. `encoding`: kCenterXywh or kCenterYxhw.
struct BoxEncoding {
  BoxFormat anchors = BoxFormat::kXyxy;
  BoxFormat boxes = BoxFormat::kXyxy;
  BoxFormat encoding = BoxFormat::kCenterYxhw;
  std::optional<ImageSize> size = std::nullopt;
};
Value EncodeBoxes(Value anchors, Value boxes, const BoxEncoding& encoding, Value variance = {});
Value DecodeBoxes(Value anchors, Value deltas, const BoxEncoding& encoding, Value variance = {});

}  // namespace tricorn::ops
