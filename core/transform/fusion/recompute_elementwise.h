#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Elementwise values that fusion would have to write out for a reader in a later group alone are
// computed again there, from what lies in memory anyway, where that moves fewer bytes: the backward
// pass of an activation reads what the activation read and not what it computed on the way. Changes
// no bit. For backends that memory bounds; fusion follows.
absl::StatusOr<ir::Graph> RecomputeElementwise(const ir::Graph& graph);

}  // namespace tricorn::transform
