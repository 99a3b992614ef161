#include "core/ops/statistics/along_axis.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/promotion.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

// A vector as long as `axis` of x, with the axes of x.
Value Along(Value vector, Value x, int64_t axis) {
  std::vector<int64_t> dims(static_cast<size_t>(x.rank()), 1);
  dims[static_cast<size_t>(axis)] = -1;
  return Reshape(vector, Shape(std::move(dims)));
}

Value TrapezoidOver(Value y, Value widths, int64_t axis) {
  const int64_t length = y.dim(static_cast<int>(axis));
  const Value pairs = SliceAxis(y, axis, 1, length) + SliceAxis(y, axis, 0, length - 1);
  return 0.5 * Sum(widths * pairs, {axis});
}

}  // namespace

Value Cumprod(Value x, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (x.dtype() == DType::kBool) x = Cast(x, DType::kI32);
  const int64_t length = x.dim(static_cast<int>(axis));
  Axes low(static_cast<size_t>(x.rank()), 0), none = low;
  // After the step of `reach` each element is the product of the last 2 * reach.
  for (int64_t reach = 1; reach < length; reach *= 2) {
    low[static_cast<size_t>(axis)] = reach;
    x = x * Pad(SliceAxis(x, axis, 0, length - reach), low, none, {}, 1);
  }
  return x;
}

Value Diff(Value x, int64_t order, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (order < 0) {
    return Error(x, InvalidArgument("diff: expected an order >= 0, received {}", order));
  }
  for (; order > 0 && x.dim(static_cast<int>(axis)) > 0; --order) {
    const int64_t length = x.dim(static_cast<int>(axis));
    const Value next = SliceAxis(x, axis, 1, length), before = SliceAxis(x, axis, 0, length - 1);
    x = x.dtype() == DType::kBool ? NotEqual(next, before) : next - before;
  }
  return x;
}

Value Trapezoid(Value y, Value x, int64_t axis) {
  axis = NormalizeAxis(y, axis);
  if (axis < 0) return Error(y);
  y = ToFloat(y);
  const Value positions = x.rank() == 1 ? Along(x, y, axis) : x;
  const Value widths = Diff(ToFloat(positions), 1, axis);
  return TrapezoidOver(y, widths, axis);
}

Value Trapezoid(Value y, double dx, int64_t axis) {
  axis = NormalizeAxis(y, axis);
  if (axis < 0) return Error(y);
  y = ToFloat(y);
  return TrapezoidOver(y, Scalar(y.builder(), dx, y.dtype()), axis);
}

Value CountNonzero(Value x, const Axes& axes) {
  return Sum(Cast(Cast(x, DType::kBool), DType::kI32), axes);
}

Value PeakToPeak(Value x, const Axes& axes, bool keepdims) {
  return Max(x, axes, keepdims) - Min(x, axes, keepdims);
}

Value Average(Value x, const Axes& axes, Value weights) {
  const DType dtype = Promote(x.dtype(), weights.dtype());
  x = Cast(x, IsFloating(dtype) ? dtype : DType::kF32);
  weights = Cast(weights, x.dtype());
  if (weights.shape() != x.shape()) {
    if (weights.rank() != 1 || axes.size() != 1) {
      return Error(x, InvalidArgument("average: expected weights of shape {}, or a vector and one "
                                      "axis, received {}",
                                      x.shape().ToString(), weights.type().ToString()));
    }
    const int64_t axis = NormalizeAxis(x, axes[0]);
    if (axis < 0) return Error(x);
    weights = Along(weights, x, axis);
  }
  const Value all = BroadcastTo(weights, x.shape());
  return Sum(x * all, axes) / Sum(all, axes);
}

}  // namespace tricorn::ops
