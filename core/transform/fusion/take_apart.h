#pragma once

#include "core/transform/rewrite/decompose.h"

namespace tricorn::transform {

// Replaces fused nodes that `keep` refuses by what they were made of: a node of rows by its
// reductions and by fused elementwise nodes, one of those by its nodes. So a region that a backend
// has no code for costs speed, not the graph.
absl::StatusOr<ir::Graph> TakeApart(ir::Graph graph, const KeepComposite& keep);

}  // namespace tricorn::transform
