#pragma once

#include "core/ops/shape/shape.h"

// Rolling, turning and diagonals: elements to other places.

namespace tricorn::ops {

// Elements shifted towards higher indices; those that leave enter at the other end. Of shifts and
// axes either may be one for all; without axes x is shifted as if flat.
Value Roll(Value x, const Axes& shifts, const Axes& axes);
// Turned k times by 90 degrees from the first of two axes towards the second.
Value Rot90(Value x, int64_t k, int64_t from_axis, int64_t to_axis);
// The elements of the two axes whose second index exceeds the first by `offset`, as last axis.
Value Diagonal(Value x, int64_t offset, int64_t axis1, int64_t axis2);

// As numpy.pad: "edge", "reflect", "symmetric", "wrap" repeat elements; "maximum", "minimum",
// "mean" repeat what an axis holds; "linear_ramp" falls to 0; "empty" is 0.
Value PadWith(Value x, const Axes& low, const Axes& high, std::string_view mode);

}  // namespace tricorn::ops
