#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

using GraphPass = absl::FunctionRef<absl::StatusOr<ir::Graph>(const ir::Graph&)>;

// `graph` with `pass` done on the regions of its control flow, however deep.
absl::StatusOr<ir::Graph> OnEveryRegion(const ir::Graph& graph, GraphPass pass);
// The same, and then `pass` on `graph` itself: what a pass is made of.
absl::StatusOr<ir::Graph> OnEveryGraph(const ir::Graph& graph, GraphPass pass);

}  // namespace tricorn::transform
