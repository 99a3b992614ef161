#pragma once

#include "core/ops/op.h"

namespace tricorn::ops {

// x, once `event` has been computed: what depends on it is not scheduled before, nor made one with
// what computes the same from x itself. A view. The gradient is that of x alone.
// Operands: x, event (any types).
extern const OpDef kAfter;
Value After(Value x, Value event);

}  // namespace tricorn::ops
