#pragma once

#include "core/ops/op.h"

// Reductions over axes. Nodes drop the axes; the functions keep them with length 1 if `keepdims`.
// In the functions axes may be negative and an empty list means all.

namespace tricorn::ops {

// Axes increase. float16 and bfloat16 accumulate in float32.
struct ReduceAttrs {
  Axes axes = {};
  FIELDS(axes)
};
extern const OpDef kSum, kProd;  // of numbers
extern const OpDef kMax, kMin;   // of numbers; NaN wins; equal extrema share the gradient evenly
extern const OpDef kAny, kAll;   // of bool

Value Sum(Value x, const Axes& axes = {}, bool keepdims = false);  // small integers in (u)int32
Value Prod(Value x, const Axes& axes = {}, bool keepdims = false);
Value Max(Value x, const Axes& axes = {}, bool keepdims = false);
Value Min(Value x, const Axes& axes = {}, bool keepdims = false);
Value Any(Value x, const Axes& axes = {}, bool keepdims = false);  // of x != 0
Value All(Value x, const Axes& axes = {}, bool keepdims = false);
Value Mean(Value x, const Axes& axes = {}, bool keepdims = false);  // integers in float32
Value Variance(Value x, const Axes& axes = {}, bool keepdims = false);
Value Std(Value x, const Axes& axes = {}, bool keepdims = false);
// log sum exp x, without overflow.
Value LogSumExp(Value x, const Axes& axes = {}, bool keepdims = false);

// The int32 index along `axis` of the first extremum; the first NaN wins.
struct ArgReduceAttrs {
  int64_t axis = 0;
  FIELDS(axis)
};
extern const OpDef kArgmax, kArgmin;
Value Argmax(Value x, int64_t axis, bool keepdims = false);
Value Argmin(Value x, int64_t axis, bool keepdims = false);

// y_i = sum of x_j over j <= i (j >= i when reverse) along `axis`.
struct CumulativeAttrs {
  int64_t axis = 0;
  bool reverse = false;
  FIELDS(axis, reverse)
};
extern const OpDef kCumsum;
Value Cumsum(Value x, int64_t axis, bool reverse = false);

}  // namespace tricorn::ops
