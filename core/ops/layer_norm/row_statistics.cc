#include "core/ops/layer_norm/row_statistics.h"

#include <algorithm>
#include <numeric>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

Axes RowAxes(int rank, int64_t axis) {
  Axes axes(static_cast<size_t>(rank - axis));
  std::iota(axes.begin(), axes.end(), axis);
  return axes;
}

Axes OuterAxes(int64_t axis) {
  Axes axes(static_cast<size_t>(axis));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Type RowType(const Type& x, int64_t axis) {
  return {RowStatisticsDType(x.dtype),
          Shape(std::vector<int64_t>(x.shape.begin() + axis, x.shape.end()))};
}

Type StatisticType(const Type& x, int64_t axis) {
  return {RowStatisticsDType(x.dtype),
          Shape(std::vector<int64_t>(x.shape.begin(), x.shape.begin() + axis))};
}

absl::Status ExpectRowOperands(std::span<const Type> x, int64_t axis, size_t num_rows,
                               size_t num_statistics, bool has_dy) {
  RETURN_IF_ERROR(ExpectCount(x, 1 + num_rows + num_statistics + (has_dy ? 1 : 0)));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  RETURN_IF_ERROR(ExpectAxis(x[0], axis));
  for (size_t i = 0; i < num_rows; ++i) {
    RETURN_IF_ERROR(ExpectSameType(RowType(x[0], axis), x[1 + i]));
  }
  for (size_t i = 0; i < num_statistics; ++i) {
    RETURN_IF_ERROR(ExpectSameType(StatisticType(x[0], axis), x[1 + num_rows + i]));
  }
  return has_dy ? ExpectSameType(x[0], x.back()) : absl::OkStatus();
}

Value PerRow(Value row, Value x, int64_t axis) {
  return Broadcast(row, x.shape(), RowAxes(x.rank(), axis));
}

Value PerElement(Value statistic, Value x, int64_t axis) {
  return Broadcast(statistic, x.shape(), OuterAxes(axis));
}

Value RowMean(Value x, int64_t axis) { return Mean(x, RowAxes(x.rank(), axis)); }

Value SumOfRows(Value x, int64_t axis) { return axis == 0 ? x : Sum(x, OuterAxes(axis)); }

AsRows::AsRows(Value value, const Axes& axes) : x(value), axis(-1) {
  if (!IsFloating(x.dtype())) x = Cast(x, DType::kF32);
  const Axes rows = NormalizeAxes(x, axes);
  if (rows.empty()) {
    if (x.rank() == 0) Error(x, InvalidArgument("expected an axis to normalize along"));
    return;
  }
  axis = x.rank() - static_cast<int64_t>(rows.size());
  Axes order;
  for (int64_t i = 0; i < x.rank(); ++i) {
    if (!std::binary_search(rows.begin(), rows.end(), i)) order.push_back(i);
  }
  order.insert(order.end(), rows.begin(), rows.end());
  if (std::is_sorted(order.begin(), order.end())) return;
  x = Transpose(x, order);
  back.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    back[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
}

Value AsRows::Weight(Value weight, double otherwise) const {
  const Type type = RowType(x.type(), axis);
  if (!weight) return Full(x.builder(), type, otherwise);
  weight = Cast(weight, type.dtype);
  return weight.shape() == type.shape ? weight : Reshape(weight, type.shape);
}

Value AsRows::Back(Value y) const { return back.empty() ? y : Transpose(y, back); }

}  // namespace tricorn::ops
