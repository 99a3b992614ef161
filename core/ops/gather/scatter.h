#pragma once

#include "core/ops/op.h"

// Writing at computed places. `indices` (..., k) address the first k axes; those in [-length, 0)
// count from the end, others outside are left out.

namespace tricorn::ops {

enum class ScatterReduction : uint8_t { kSet, kAdd, kMultiply, kMax, kMin };

// x, with updates (indices' axes but the last, then x's from k on) brought in; of those that meet
// at one place the last is set, or all are reduced.
Value ScatterUpdate(Value x, Value indices, Value updates, ScatterReduction reduction);
// Zeros of `shape`, with values added.
Value Scatter(Value indices, Value values, Shape shape);

// The block of `sizes` that begins at `start` (an integer vector, one an axis); moved back where it
// would reach beyond the end.
Value DynamicSlice(Value x, Value start, const Shape& sizes);
// x with `updates` over such a block.
Value DynamicUpdateSlice(Value x, Value start, Value updates);

}  // namespace tricorn::ops
