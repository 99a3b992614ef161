#pragma once

#include "core/ops/op.h"

// Reductions that leave NaN out. In an empty list of axes all are meant.

namespace tricorn::ops {

Value Nansum(Value x, const Axes& axes = {}, bool keepdims = false);
Value Nanprod(Value x, const Axes& axes = {}, bool keepdims = false);
Value Nanmax(Value x, const Axes& axes = {}, bool keepdims = false);  // NaN where all are
Value Nanmin(Value x, const Axes& axes = {}, bool keepdims = false);
Value Nanmean(Value x, const Axes& axes = {}, bool keepdims = false);
Value Nanvar(Value x, const Axes& axes = {}, bool keepdims = false);
Value Nanstd(Value x, const Axes& axes = {}, bool keepdims = false);
Value Nanargmax(Value x, int64_t axis, bool keepdims = false);  // -1 where all are NaN
Value Nanargmin(Value x, int64_t axis, bool keepdims = false);
Value Nancumsum(Value x, int64_t axis);
Value Nancumprod(Value x, int64_t axis);

}  // namespace tricorn::ops
