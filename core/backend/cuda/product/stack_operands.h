#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cuda {

// Copies operands of floating products so that they lie as stacks of matrices, where they do not
// and the library could not take the product.
absl::StatusOr<ir::Graph> StackOperands(const ir::Graph& graph);

}  // namespace tricorn::backend::cuda
