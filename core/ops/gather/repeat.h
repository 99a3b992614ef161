#pragma once

#include "core/ops/op.h"

namespace tricorn::ops {

// The i-th slice of x along `axis` repeats[i] times (an integer vector); `total` is their sum.
Value RepeatEach(Value x, Value repeats, int64_t total, int64_t axis);

}  // namespace tricorn::ops
