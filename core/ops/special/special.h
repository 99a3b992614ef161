#pragma once

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Special functions. Integers become float32 first.

namespace tricorn::ops {

extern const OpDef kLgamma;   // ln |Gamma(x)|
extern const OpDef kDigamma;  // its derivative; none flows through it
Value Lgamma(Value x);
Value Digamma(Value x);

// P(a, x), the lower incomplete gamma function over Gamma(a); and its derivative in a.
extern const OpDef kGammainc, kGammaincOrder;
Value Gammainc(Arg a, Arg x);

// The modified Bessel function of the first kind, of order 0.
Value I0(Value x);

}  // namespace tricorn::ops
