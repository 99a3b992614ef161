#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Removes work that changes no bit of any result (but the sign of a zero): moves that cancel or
// move nothing, additions of zero, multiplications by one, double negation.
absl::StatusOr<ir::Graph> Simplify(const ir::Graph& graph);

}  // namespace tricorn::transform
