#include "core/ops/linalg/norm.h"

#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

}  // namespace

Value EuclideanNorm(Value x, const Axes& axes, bool keepdims) {
  return Sqrt(Sum(Square(ToFloat(x)), axes, keepdims));
}

Value VectorNorm(Value x, double order, int64_t axis, bool keepdims) {
  const Value magnitude = Absolute(ToFloat(x));
  if (order == kInf) return Max(magnitude, {axis}, keepdims);
  if (order == -kInf) return Min(magnitude, {axis}, keepdims);
  if (order == 0) return Sum(Cast(NotEqual(magnitude, 0), magnitude.dtype()), {axis}, keepdims);
  if (order == 1) return Sum(magnitude, {axis}, keepdims);
  if (order == 2) return EuclideanNorm(x, {axis}, keepdims);
  return Power(Sum(Power(magnitude, order), {axis}, keepdims), 1 / order);
}

Value MatrixNorm(Value x, std::string_view order, int64_t row_axis, int64_t column_axis,
                 bool keepdims) {
  x = ToFloat(x);
  row_axis = NormalizeAxis(x, row_axis);
  column_axis = NormalizeAxis(x, column_axis);
  if (row_axis < 0 || column_axis < 0) return Error(x);
  if (row_axis == column_axis) {
    return Error(x, InvalidArgument("norm: expected different axes, received {} twice", row_axis));
  }
  if (order == "fro") return EuclideanNorm(x, {row_axis, column_axis}, keepdims);
  const auto of_sums = [&](int64_t summed, int64_t other, auto extremum) {
    const Value y = extremum(Sum(Absolute(x), {summed}, true), Axes{other}, true);
    return keepdims ? y : Squeeze(y, {row_axis, column_axis});
  };
  if (order == "1") return of_sums(row_axis, column_axis, Max);
  if (order == "-1") return of_sums(row_axis, column_axis, Min);
  if (order == "inf") return of_sums(column_axis, row_axis, Max);
  if (order == "-inf") return of_sums(column_axis, row_axis, Min);
  Axes perm;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (axis != row_axis && axis != column_axis) perm.push_back(axis);
  }
  perm.insert(perm.end(), {row_axis, column_axis});
  const Value s = Svd(Transpose(x, perm), false).s;
  Value y;
  if (order == "nuc") {
    y = Sum(s, {-1});
  } else if (order == "2") {
    y = Max(s, {-1});
  } else if (order == "-2") {
    y = Min(s, {-1});
  } else {
    return Error(x, InvalidArgument("norm: expected an order of a matrix norm (fro, nuc, 1, -1, 2, "
                                    "-2, inf, -inf), received {}",
                                    order));
  }
  return keepdims ? ExpandDims(y, {row_axis, column_axis}) : y;
}

Value Distances(Value x, Value y) {
  if (x.rank() < 2 || y.rank() < 2) {
    return Error(x, InvalidArgument("cdist: expected at least matrices, received {} and {}",
                                    x.type().ToString(), y.type().ToString()));
  }
  return EuclideanNorm(ExpandDims(x, {-2}) - ExpandDims(y, {-3}), {-1}, false);
}

}  // namespace tricorn::ops
