#include <cmath>
#include <numbers>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr double kMaxFloat16 = 65504;

}  // namespace

MomentsResult Moments(Value x, const Axes& axes, bool keepdims) {
  const bool is_half = IsFloating(x.dtype()) && SizeOf(x.dtype()) < 4;
  const Value wide = is_half ? Cast(x, DType::kF32) : x;
  MomentsResult moments{Mean(wide, axes, keepdims), Variance(wide, axes, keepdims)};
  if (!is_half) return moments;
  const auto narrow = [&](Value y) { return Cast(Clip(y, -kMaxFloat16, kMaxFloat16), x.dtype()); };
  return {narrow(moments.mean), narrow(moments.variance)};
}

Value Normalize(Value x, const Axes& axes, int64_t order, double epsilon) {
  if (order < 1) {
    return Error(x,
                 InvalidArgument("normalize: expected an order of 1 or more, received {}", order));
  }
  if (x.rank() == 0) x = ExpandDims(x, {0});
  if (order == 2) {
    const Value squares = Sum(Square(x), axes, true);
    return x * Minimum(Rsqrt(squares), 1 / epsilon);
  }
  const Value length = Absolute(x);
  if (order == 1) return x / Maximum(Sum(length, axes, true), epsilon);
  const Value powers = Sum(Power(length, static_cast<double>(order)), axes, true);
  return x / Maximum(Power(powers, 1.0 / static_cast<double>(order)), epsilon);
}

Value Psnr(Value a, Value b, double max_val) {
  if (!(a.shape() == b.shape())) {
    return Error(a, InvalidArgument("psnr: expected two of one shape, received {} and {}",
                                    a.type().ToString(), b.type().ToString()));
  }
  return 20 * std::log10(max_val) - Log(Mean(Square(a - b))) * (10 / std::numbers::ln10);
}

Value Polar(Value length, Value angle) {
  return Stack({{length * Cos(angle), length * Sin(angle)}}, -1);
}

}  // namespace tricorn::ops
