#include "core/ops/elementwise/number.h"

#include <cmath>
#include <numbers>

#include "core/ops/elementwise/declare.h"
#include "core/ops/elementwise/nonfinite.h"

namespace tricorn::ops {
namespace {

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

}  // namespace

const OpDef kGcd = elementwise::Binary("gcd", "the greatest common divisor of a and b, >= 0",
                                       elementwise::Domain::kInteger, nullptr);

Value Angle(Value x) {
  x = ToFloat(x);
  const Value straight = Full(x.builder(), x.type(), std::numbers::pi);
  return Where(Isnan(x), x, Where(Signbit(x), straight, 0));
}

Value Deg2rad(Value x) { return ToFloat(x) * (std::numbers::pi / 180); }
Value Rad2deg(Value x) { return ToFloat(x) * (180 / std::numbers::pi); }

Value Sinc(Value x) {
  x = ToFloat(x);
  const Value zero = Equal(x, 0);
  const Value angle = std::numbers::pi * Where(zero, 1, x);
  return Where(zero, 1, Sin(angle) / angle);
}

Value RoundTo(Value x, int64_t decimals) {
  if (decimals == 0 || x.dtype() == DType::kBool) return Round(x);
  const bool is_float = IsFloating(x.dtype());
  if (!is_float && decimals > 0) return x;
  const double factor = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  const Value y = ToFloat(x);
  const Value rounded = decimals > 0 ? Round(y * factor) / factor : Round(y / factor) * factor;
  return Cast(rounded, x.dtype());
}

Value Fmod(Arg a, Arg b) {
  Values x = Unify({{a, b}});
  if (x[0].dtype() == DType::kBool) return Mod(x[0], x[1]);
  const Value remainder = Mod(Absolute(x[0]), Absolute(x[1]));
  return Where(Less(x[0], 0), -remainder, remainder);
}

Value Heaviside(Arg a, Arg b) {
  Values x = Unify({{a, b}});
  for (Value& value : x) value = ToFloat(value);
  const Value step = Where(Isnan(x[0]), x[0], Cast(Greater(x[0], 0), x[0].dtype()));
  return Where(Equal(x[0], 0), x[1], step);
}

Value Gcd(Arg a, Arg b) {
  const Values x = Unify({{a, b}});
  return x[0].builder().Add(kGcd, x);
}

Value Lcm(Arg a, Arg b) {
  const Values x = Unify({{a, b}});
  const Value divisor = Gcd(x[0], x[1]);
  const Value zero = Equal(divisor, 0);
  return Absolute(FloorDivide(x[0], Where(zero, 1, divisor)) * x[1]);
}

}  // namespace tricorn::ops
