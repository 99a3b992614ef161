#pragma once

#include <string_view>

#include "core/ops/op.h"

namespace tricorn::ops {

// The numbers below which fractions q (any shape, within [0, 1]) of x lie, over `axes` (all if
// empty). Between two elements `method` decides: "linear", "lower", "higher", "midpoint",
// "nearest". Shape: q's axes, then x's that stay. NaN if any is among them; NanQuantile leaves NaN
// out. Integers become float32.
Value Quantile(Value x, Value q, const Axes& axes = {}, std::string_view method = "linear",
               bool keepdims = false);
Value NanQuantile(Value x, Value q, const Axes& axes = {}, std::string_view method = "linear",
                  bool keepdims = false);
Value Median(Value x, const Axes& axes = {}, bool keepdims = false);
Value NanMedian(Value x, const Axes& axes = {}, bool keepdims = false);

}  // namespace tricorn::ops
