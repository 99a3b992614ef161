#pragma once

#include <string_view>

#include "core/ops/op.h"

namespace tricorn::ops {

// (sum |x|^order)^(1/order) over one axis; for order inf, -inf and 0: the greatest, the least
// magnitude, how many are not 0.
Value VectorNorm(Value x, double order, int64_t axis, bool keepdims);
// Of the matrices of two axes: "fro", "nuc" (the sum of singular values), "1", "-1" (the greatest,
// the least sum of magnitudes of a column), "inf", "-inf" (of a row), "2", "-2" (the greatest, the
// least singular value).
Value MatrixNorm(Value x, std::string_view order, int64_t row_axis, int64_t column_axis,
                 bool keepdims);
// sqrt(sum x^2) over all of `axes`.
Value EuclideanNorm(Value x, const Axes& axes, bool keepdims);
// The Euclidean distances between rows of x (..., n, d) and of y (..., m, d): (..., n, m).
Value Distances(Value x, Value y);

}  // namespace tricorn::ops
