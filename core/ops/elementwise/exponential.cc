#include "core/ops/elementwise/exponential.h"

#include <limits>
#include <numbers>

namespace tricorn::ops {
namespace {

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

// Both of one floating type.
Values FloatingPair(Arg a, Arg b) {
  Values x = Unify({{a, b}});
  for (Value& value : x) value = ToFloat(value);
  return x;
}

}  // namespace

Value Exp2(Value x) {
  x = ToFloat(x);
  return Power(2, x);
}

Value Log2(Value x) { return Log(x) * std::numbers::log2e; }
Value Log10(Value x) { return Log(x) * std::numbers::log10e; }

Value Cbrt(Value x) {
  x = ToFloat(x);
  return Sign(x) * Power(Absolute(x), 1.0 / 3);
}

Value Ldexp(Value x, Value exponent) {
  if (!IsInteger(exponent.dtype())) {
    return Error(x, InvalidArgument("ldexp: expected integer exponents, received {}",
                                    exponent.type().ToString()));
  }
  x = ToFloat(x);
  // In two steps, for 2^exponent alone may overflow.
  const Value half = FloorDivide(exponent, 2);
  const auto power = [&](Value e) { return Power(2, Cast(e, x.dtype())); };
  return x * power(half) * power(exponent - half);
}

Value Logaddexp(Arg a, Arg b) {
  const Values x = FloatingPair(a, b);
  const Value difference = x[0] - x[1];
  // Equal infinities have no difference.
  return Where(Isnan(difference), x[0] + x[1],
               Maximum(x[0], x[1]) + Log1p(Exp(-Absolute(difference))));
}

Value Logaddexp2(Arg a, Arg b) {
  const Values x = FloatingPair(a, b);
  return Logaddexp(x[0] * std::numbers::ln2, x[1] * std::numbers::ln2) * std::numbers::log2e;
}

Value Hypot(Arg a, Arg b) {
  const Values x = FloatingPair(a, b);
  const Value top = StopGradient(Maximum(Absolute(x[0]), Absolute(x[1])));
  const Value scale = Where(LogicalAnd(Greater(top, 0), Isfinite(top)), top, 1);
  const Value finite = scale * Sqrt(Square(x[0] / scale) + Square(x[1] / scale));
  // An infinite leg makes it infinite whatever the other, NaN too.
  return Where(LogicalOr(Isinf(x[0]), Isinf(x[1])), std::numeric_limits<double>::infinity(),
               finite);
}

}  // namespace tricorn::ops
