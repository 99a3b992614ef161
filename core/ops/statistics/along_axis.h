#pragma once

#include "core/ops/op.h"

// Products, differences and integrals along an axis, and reductions made of others.

namespace tricorn::ops {

Value Cumprod(Value x, int64_t axis);              // y_i = product of x_j over j <= i
Value Diff(Value x, int64_t order, int64_t axis);  // x_{i+1} - x_i, `order` times
// The integral of y over positions x (of y's shape, or a vector along `axis`) or steps of dx, by
// trapezoids.
Value Trapezoid(Value y, Value x, int64_t axis);
Value Trapezoid(Value y, double dx, int64_t axis);
Value CountNonzero(Value x, const Axes& axes);                            // int32
Value PeakToPeak(Value x, const Axes& axes = {}, bool keepdims = false);  // max - min
// sum(x w) / sum(w); weights of x's shape, or a vector along the only axis.
Value Average(Value x, const Axes& axes, Value weights);

}  // namespace tricorn::ops
