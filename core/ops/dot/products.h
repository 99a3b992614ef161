#pragma once

#include "core/ops/dot/dot.h"

// Products of arrays, as NumPy names them. Dtypes are promoted.

namespace tricorn::ops {

Value Dot(Value a, Value b);    // a's last axis with b's last but one; scalars multiply
Value Inner(Value a, Value b);  // last axes
Value Outer(Value a, Value b);  // of both laid flat
Value Vdot(Value a, Value b);   // of both laid flat: a scalar
Value Kron(Value a, Value b);
// Vectors of 2 or 3 elements along axis_a and axis_b; the result's along axis_c, dropped where both
// have 2.
Value Cross(Value a, Value b, int64_t axis_a, int64_t axis_b, int64_t axis_c);

}  // namespace tricorn::ops
