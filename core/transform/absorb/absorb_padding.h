#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Padding that would be written out, or cut off again, becomes padding of the op beside it: of max
// pooling whose operand is no less than what is around it, of its gradient, and of a convolution's
// gradient in x. (Of convolutions themselves: Simplify.)
absl::StatusOr<ir::Graph> AbsorbPadding(const ir::Graph& graph);

}  // namespace tricorn::transform
