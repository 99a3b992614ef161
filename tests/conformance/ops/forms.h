#pragma once

#include <utility>

#include "core/ops/shape/shape.h"
#include "tests/conformance/ops/op_arguments.h"

// Forms that functions of several families have.

namespace tricorn::conformance {

// F(x).
template <ir::Value (*F)(ir::Value)>
ir::Values Unary(OpArguments& a) {
  return {F(a.Array(0, "x"))};
}

// x and its axis, or all of x as a vector where no axis is given.
inline std::pair<ir::Value, int64_t> VectorOrAxis(OpArguments& a, size_t position) {
  const ir::Value x = a.Array(0, "x");
  if (a.Has(position, "axis")) return {x, a.Int(position, "axis", 0)};
  return {ops::Reshape(x, {-1}), 0};
}

}  // namespace tricorn::conformance
