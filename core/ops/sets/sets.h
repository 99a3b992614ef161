#pragma once

#include <optional>

#include "core/ops/op.h"

// Which elements there are. Shapes that follow from the data are given: who calls computes the
// count first (CountNonzero, NumUnique).

namespace tricorn::ops {

Value Isin(Value x, Value elements, bool invert = false);
// The int32 coordinates, a vector an axis, of the first `count` nonzero elements in row-major
// order; `fill` where there are fewer.
Values Nonzero(Value x, int64_t count, int64_t fill = 0);

// The distinct elements of x laid flat, or the distinct slices along `axis`, sorted.
struct UniqueResult {
  Value values;   // `count` of them; the least again, or `fill`, where there are fewer
  Value indices;  // int32 (count,): where each is first
  Value inverse;  // int32: which of `values` each element is; x's shape, or a vector along the axis
  Value counts;   // int32 (count,)
};
Value NumUnique(Value x, std::optional<int64_t> axis);  // int32 scalar
UniqueResult Unique(Value x, std::optional<int64_t> axis, int64_t count,
                    std::optional<double> fill = std::nullopt);

}  // namespace tricorn::ops
