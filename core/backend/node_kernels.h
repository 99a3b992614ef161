#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "core/ir/graph.h"

// What backends say alike of the kernels of a graph's nodes.

namespace tricorn::backend {

// Constants and views need none.
bool RunsNothing(const ir::Node& node);

// Unimplemented, naming the layer, the op and its operands: `backend`, "CPU", has no kernel.
absl::Status NoKernel(std::string_view backend, const ir::Graph& graph, const ir::Node& node);

}  // namespace tricorn::backend
