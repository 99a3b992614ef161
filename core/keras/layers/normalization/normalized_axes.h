#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/builder.h"
#include "core/keras/layers/symbolic_type.h"

namespace tricorn::keras {

// Axes that a layer normalizes over, counted from the front and increasing, and their lengths.
struct NormalizedAxes {
  std::vector<int64_t> axes;
  Shape shape;
};

// Errors: InvalidArgument for axes that are absent, of unknown length or given twice.
absl::StatusOr<NormalizedAxes> ExpectNormalizedAxes(const SymbolicType& input,
                                                    const std::vector<int64_t>& axes);

// `weight`, of the lengths of `x` along `axes`, with length 1 along the others.
ir::Value AlongAxes(ir::Value weight, const Shape& x, const std::vector<int64_t>& axes);

}  // namespace tricorn::keras
