#pragma once

#include "core/ops/reduce/reduce.h"

namespace tricorn::ops::reduce {

// x without the reduced axes.
absl::StatusOr<Type> InferNumbers(std::span<const Type> x, const ReduceAttrs& a);
absl::StatusOr<Type> InferBool(std::span<const Type> x, const ReduceAttrs& a);

// `y`, which lost `axes` of x, repeated along them to x's shape.
Value Spread(Value y, Value x, const Axes& axes);
// The node of `op`, with the axes put back as length 1 if `keepdims`.
Value Apply(const OpDef& op, Value x, const Axes& axes, bool keepdims);

}  // namespace tricorn::ops::reduce
