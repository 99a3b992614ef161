#include "core/ops/statistics/nan.h"

#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/statistics/along_axis.h"

namespace tricorn::ops {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// NaN replaced; integers have none.
Value Without(Value x, double stand_in) {
  return IsFloating(x.dtype()) ? Where(Isnan(x), stand_in, x) : x;
}

// How many numbers are no NaN, in x's floating dtype.
Value CountNumbers(Value x, const Axes& axes) {
  return Sum(Cast(LogicalNot(Isnan(x)), x.dtype()), axes, true);
}

Value Squeezed(Value y, const Axes& axes, bool keepdims) {
  const Axes all = NormalizeAxes(y, axes);
  return keepdims || all.empty() ? y : Squeeze(y, all);
}

Value NanExtremum(Value x, const Axes& axes, bool keepdims, double worst,
                  Value (*reduce)(Value, const Axes&, bool)) {
  if (!IsFloating(x.dtype())) return reduce(x, axes, keepdims);
  return Where(All(Isnan(x), axes, keepdims), std::numeric_limits<double>::quiet_NaN(),
               reduce(Without(x, worst), axes, keepdims));
}

Value NanArg(Value x, int64_t axis, bool keepdims, double worst,
             Value (*reduce)(Value, int64_t, bool)) {
  if (!IsFloating(x.dtype())) return reduce(x, axis, keepdims);
  return Where(All(Isnan(x), {axis}, keepdims), -1, reduce(Without(x, worst), axis, keepdims));
}

}  // namespace

Value Nansum(Value x, const Axes& axes, bool keepdims) {
  return Sum(Without(x, 0), axes, keepdims);
}
Value Nanprod(Value x, const Axes& axes, bool keepdims) {
  return Prod(Without(x, 1), axes, keepdims);
}
Value Nanmax(Value x, const Axes& axes, bool keepdims) {
  return NanExtremum(x, axes, keepdims, -kInf, Max);
}
Value Nanmin(Value x, const Axes& axes, bool keepdims) {
  return NanExtremum(x, axes, keepdims, kInf, Min);
}

Value Nanmean(Value x, const Axes& axes, bool keepdims) {
  if (!IsFloating(x.dtype())) return Mean(x, axes, keepdims);
  return Squeezed(Nansum(x, axes, true) / CountNumbers(x, axes), axes, keepdims);
}

Value Nanvar(Value x, const Axes& axes, bool keepdims) {
  if (!IsFloating(x.dtype())) return Variance(x, axes, keepdims);
  const Value deviations = Square(x - Nanmean(x, axes, true));
  return Squeezed(Nansum(deviations, axes, true) / CountNumbers(x, axes), axes, keepdims);
}

Value Nanstd(Value x, const Axes& axes, bool keepdims) { return Sqrt(Nanvar(x, axes, keepdims)); }

Value Nanargmax(Value x, int64_t axis, bool keepdims) {
  return NanArg(x, axis, keepdims, -kInf, Argmax);
}
Value Nanargmin(Value x, int64_t axis, bool keepdims) {
  return NanArg(x, axis, keepdims, kInf, Argmin);
}

Value Nancumsum(Value x, int64_t axis) { return Cumsum(Without(x, 0), axis); }
Value Nancumprod(Value x, int64_t axis) { return Cumprod(Without(x, 1), axis); }

}  // namespace tricorn::ops
