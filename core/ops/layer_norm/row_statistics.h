#pragma once

#include "core/ops/op.h"

// What the ops of this folder share.

namespace tricorn::ops {

// Of statistics and of weights.
inline DType RowStatisticsDType(DType x) { return x == DType::kF64 ? DType::kF64 : DType::kF32; }
// The axes from `axis` on, and those before.
Axes RowAxes(int rank, int64_t axis);
Axes OuterAxes(int64_t axis);
// The types of one row of x and of a statistic of each row.
Type RowType(const Type& x, int64_t axis);
Type StatisticType(const Type& x, int64_t axis);
// Operands: x, then `num_rows` of a row's type, then `num_statistics`, then, if `has_dy`, one as x.
absl::Status ExpectRowOperands(std::span<const Type> x, int64_t axis, size_t num_rows,
                               size_t num_statistics, bool has_dy);

// A row beside each row of x; a statistic beside each element.
Value PerRow(Value row, Value x, int64_t axis);
Value PerElement(Value statistic, Value x, int64_t axis);
// The mean over each row; the sum over all rows.
Value RowMean(Value x, int64_t axis);
Value SumOfRows(Value x, int64_t axis);

// How a normalization over any axes becomes one over rows.
struct AsRows {
  Value x;
  int64_t axis;
  Axes back;  // a permutation, none when x had its axes in this order
  // Errors: InvalidArgument in the builder (and axis -1).
  AsRows(Value x, const Axes& axes);
  // A weight in the statistics' dtype; `otherwise` everywhere when none.
  Value Weight(Value weight, double otherwise) const;
  Value Back(Value y) const;
};

}  // namespace tricorn::ops
