#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Nodes of the same op, attributes, operands and regions become one. Effects are never merged.
absl::StatusOr<ir::Graph> Cse(const ir::Graph& graph);

}  // namespace tricorn::transform
