#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/infer.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

Value Squeezed(Value y, const Axes& axes, bool keepdims) { return keepdims ? y : Squeeze(y, axes); }

}  // namespace

Value Mean(Value x, const Axes& axes, bool keepdims) {
  x = ToFloat(x);
  const Axes at = NormalizeAxes(x, axes);
  if (at.empty()) return x;
  // Half precision does not hold the sum of many elements, only their mean.
  const bool is_half = SizeOf(x.dtype()) < 4;
  const Value sum = Sum(is_half ? Cast(x, DType::kF32) : x, at, keepdims);
  int64_t count = 1;
  for (const int64_t axis : at) count *= x.dim(static_cast<int>(axis));
  return Cast(sum / count, x.dtype());
}

Value Variance(Value x, const Axes& axes, bool keepdims) {
  x = ToFloat(x);
  return Mean(Square(x - Mean(x, axes, true)), axes, keepdims);
}

Value Std(Value x, const Axes& axes, bool keepdims) { return Sqrt(Variance(x, axes, keepdims)); }

Value LogSumExp(Value x, const Axes& axes, bool keepdims) {
  x = ToFloat(x);
  const Axes at = NormalizeAxes(x, axes);
  if (at.empty()) return x;
  const Value top = StopGradient(Max(x, at, true));
  // Where all are -inf (or one is inf) the shift is 0: inf - inf is no number.
  const Value shift = Where(Isfinite(top), top, 0);
  return Squeezed(Log(Sum(Exp(x - shift), at, true)) + shift, at, keepdims);
}

}  // namespace tricorn::ops
