#pragma once

#include "core/ops/elementwise/elementwise.h"

// Functions of numbers made of other ops, and of integers.

namespace tricorn::ops {

Value Angle(Value x);  // of a real number: pi where it is negative or -0, else 0
Value Deg2rad(Value x);
Value Rad2deg(Value x);
Value Sinc(Value x);                       // sin(pi x) / (pi x), 1 at 0
Value RoundTo(Value x, int64_t decimals);  // halves to even
Value Fmod(Arg a, Arg b);                  // the remainder has a's sign
Value Heaviside(Arg a, Arg b);             // 0, b, 1 for a < 0, a = 0, a > 0
extern const OpDef kGcd;                   // of integers, never negative
Value Gcd(Arg a, Arg b);
Value Lcm(Arg a, Arg b);

}  // namespace tricorn::ops
