#include "core/keras/layers/normalization/normalized_axes.h"

#include <algorithm>

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

absl::StatusOr<NormalizedAxes> ExpectNormalizedAxes(const SymbolicType& input,
                                                    const std::vector<int64_t>& axes) {
  NormalizedAxes out;
  for (const int64_t axis : axes) {
    ASSIGN_OR_RETURN(const int at, ExpectAxis(input, axis));
    out.axes.push_back(at);
  }
  std::sort(out.axes.begin(), out.axes.end());
  if (out.axes.empty() || std::adjacent_find(out.axes.begin(), out.axes.end()) != out.axes.end()) {
    return InvalidArgument("axis: expected axes that differ, at least one");
  }
  std::vector<int64_t> lengths;
  for (const int64_t axis : out.axes) {
    ASSIGN_OR_RETURN(const int64_t length, ExpectKnownAxis(input, axis));
    lengths.push_back(length);
  }
  out.shape = Shape(std::move(lengths));
  return out;
}

ir::Value AlongAxes(ir::Value weight, const Shape& x, const std::vector<int64_t>& axes) {
  std::vector<int64_t> shape(x.dims().size(), 1);
  for (const int64_t axis : axes) {
    shape[static_cast<size_t>(axis)] = x[static_cast<int>(axis)];
  }
  return ops::Reshape(weight, Shape(std::move(shape)));
}

}  // namespace tricorn::keras
