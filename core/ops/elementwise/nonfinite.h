#pragma once

#include <optional>

#include "core/ops/elementwise/elementwise.h"

// Functions that tell NaN, infinities, signs and neighbours of floating-point numbers apart.

namespace tricorn::ops {

double MaxFinite(DType dtype);  // the greatest number of a floating dtype

Value Isposinf(Value x);
Value Isneginf(Value x);
Value Signbit(Value x);  // of -0 too
// |a - b| <= absolute + relative |b|, or equal infinities; NaN equals NaN if `equal_nan`.
Value Isclose(Arg a, Arg b, double relative = 1e-5, double absolute = 1e-8, bool equal_nan = false);
// NaN, inf and -inf replaced: infinities by the greatest finite numbers unless told.
Value NanToNum(Value x, double nan = 0, std::optional<double> posinf = std::nullopt,
               std::optional<double> neginf = std::nullopt);
// The greater (lesser) of a and b; the other one where one is NaN.
Value Fmax(Arg a, Arg b);
Value Fmin(Arg a, Arg b);
Value DivideNoNan(Arg a, Arg b);  // a / b, and 0 where b is 0
Value Nextafter(Arg a, Arg b);    // the number next to a towards b; floating

// y has the bits of x as another dtype: the last axis is cut or joined where the sizes differ.
struct BitcastAttrs {
  DType dtype = DType::kF32;
  FIELDS(dtype)
};
extern const OpDef kBitcast;
Value Bitcast(Value x, DType dtype);

}  // namespace tricorn::ops
