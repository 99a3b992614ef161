#pragma once

#include "core/ops/op.h"

// What the files of this folder share.

namespace tricorn::ops::linalg {

// A floating matrix, square where told.
absl::Status ExpectMatrix(const Type& x);
absl::Status ExpectSquare(const Type& x);
// x's axes before the last two, then `dims`.
Shape BatchShape(const Shape& x, std::initializer_list<int64_t> dims);

Value ToFloat(Value x);
Value T(Value x);  // the last two axes swapped
// The gradient in the lower triangle alone, from one that counts each element of a symmetric
// matrix: elements off the diagonal stand for two.
Value LowerGradient(Value symmetric);
// diag(x): rows scaled by x (..., n) of a matrix (..., n, m); columns of (..., m, n).
Value ScaleRows(Value x, Value matrix);
Value ScaleColumns(Value matrix, Value x);
// 1 / (x_j - x_i), and 0 where i = j.
Value InverseDifferences(Value x);

}  // namespace tricorn::ops::linalg
