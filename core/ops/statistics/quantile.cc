#include "core/ops/statistics/quantile.h"

#include <algorithm>
#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// x with `axes` as one last axis, after the others.
Value AxesLast(Value x, const Axes& axes) {
  Axes perm;
  std::vector<int64_t> dims;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (std::find(axes.begin(), axes.end(), axis) != axes.end()) continue;
    perm.push_back(axis);
    dims.push_back(x.dim(static_cast<int>(axis)));
  }
  perm.insert(perm.end(), axes.begin(), axes.end());
  dims.push_back(-1);
  return Reshape(perm.empty() ? x : Transpose(x, perm), Shape(std::move(dims)));
}

// What lies between the neighbours `low` and `high`, `part` of the way up.
Value Between(Value low, Value high, Value part, std::string_view method) {
  if (method == "linear") return low * (1 - part) + high * part;
  if (method == "lower") return low;
  if (method == "higher") return high;
  if (method == "midpoint") return (low + high) * 0.5;
  if (method == "nearest") return Where(LessEqual(part, 0.5), low, high);
  return Error(low, InvalidArgument("method: expected linear, lower, higher, midpoint or nearest, "
                                    "received '{}'",
                                    method));
}

Value AnyQuantile(Value x, Value q, const Axes& given, std::string_view method, bool keepdims,
                  bool leave_nan_out) {
  if (!IsFloating(x.dtype())) x = Cast(x, DType::kF32);
  const Axes axes = NormalizeAxes(x, given);
  if (!x.builder().ok()) return Error(x);
  const DType position_dtype = x.dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
  const Value rows = AxesLast(x, axes);
  const int64_t length = rows.dim(-1);
  if (length == 0) {
    return Error(x,
                 InvalidArgument("quantile: expected elements, received {}", x.type().ToString()));
  }
  const Value sorted = Sort(rows, -1);  // NaN last
  const Value num_nan = Sum(Cast(Isnan(rows), DType::kI32), {-1}, true);
  // Positions (rows..., q) in `sorted`.
  const Value fractions = Cast(Reshape(q, {-1}), position_dtype);
  const Value last = leave_nan_out ? Maximum(Cast((length - 1) - num_nan, position_dtype), 0)
                                   : Full(x.builder(), {position_dtype, num_nan.shape()},
                                          static_cast<double>(length - 1));
  const Value position = fractions * last;
  const Value below = StopGradient(Clip(Floor(position), 0, last));
  const Value above = StopGradient(Clip(Ceil(position), 0, last));
  const Value part = Cast(position - below, x.dtype());
  const auto at = [&](Value index) { return TakeAlongAxis(sorted, Cast(index, DType::kI32), -1); };
  Value y = Between(at(below), at(above), part, method);
  const Value undefined = leave_nan_out ? Equal(num_nan, length) : Greater(num_nan, 0);
  y = MoveAxis(Where(undefined, kNan, y), -1, 0);

  std::vector<int64_t> dims = q.shape().dims();
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    const bool reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
    if (!reduced) dims.push_back(x.dim(static_cast<int>(axis)));
    if (reduced && keepdims) dims.push_back(1);
  }
  return Reshape(y, Shape(std::move(dims)));
}

Value Half(Value x) { return Scalar(x.builder(), 0.5, DType::kF32); }

}  // namespace

Value Quantile(Value x, Value q, const Axes& axes, std::string_view method, bool keepdims) {
  return AnyQuantile(x, q, axes, method, keepdims, false);
}
Value NanQuantile(Value x, Value q, const Axes& axes, std::string_view method, bool keepdims) {
  return AnyQuantile(x, q, axes, method, keepdims, true);
}
Value Median(Value x, const Axes& axes, bool keepdims) {
  return Quantile(x, Half(x), axes, "midpoint", keepdims);
}
Value NanMedian(Value x, const Axes& axes, bool keepdims) {
  return NanQuantile(x, Half(x), axes, "midpoint", keepdims);
}

}  // namespace tricorn::ops
