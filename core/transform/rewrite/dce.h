#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Drops nodes that no output and no effect needs. Inputs stay.
absl::StatusOr<ir::Graph> Dce(const ir::Graph& graph);

}  // namespace tricorn::transform
