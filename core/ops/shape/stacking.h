#pragma once

#include "core/ops/shape/shape.h"

// Joining and cutting along axes that the function implies, as NumPy names them.

namespace tricorn::ops {

Value Ravel(Value x);
Values Unstack(Value x, int64_t axis);
Value Append(Value a, Value b);  // flat
Value Append(Value a, Value b, int64_t axis);
Value Vstack(Operands x);       // vectors become rows
Value Hstack(Operands x);       // along axis 1, vectors along axis 0
Value Dstack(Operands x);       // along axis 2
Value ColumnStack(Operands x);  // vectors become columns
// `sections` parts, of which the first may be longer by one.
Values ArraySplit(Value x, int64_t sections, int64_t axis);

}  // namespace tricorn::ops
