#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Fused nodes compute anew what other fused_elementwise nodes of their shape give them, where that
// moves fewer bytes: where what it is computed from is no more than it is itself, as of the several
// values that the gradient of an activation needs, all of one array. Results that nobody reads any
// more go.
absl::StatusOr<ir::Graph> Recompute(const ir::Graph& graph);

}  // namespace tricorn::transform
