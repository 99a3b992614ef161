#pragma once

#include "core/ops/elementwise/elementwise.h"

// Exponentials, logarithms and roots made of other ops. Integers and bool become float32 first.

namespace tricorn::ops {

Value Exp2(Value x);
Value Log2(Value x);
Value Log10(Value x);
Value Cbrt(Value x);
Value Ldexp(Value x, Value exponent);  // x * 2^exponent; `exponent` integer
// log(e^a + e^b), log2(2^a + 2^b), without overflow.
Value Logaddexp(Arg a, Arg b);
Value Logaddexp2(Arg a, Arg b);
Value Hypot(Arg a, Arg b);  // sqrt(a^2 + b^2), without overflow

}  // namespace tricorn::ops
