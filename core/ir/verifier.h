#pragma once

#include "absl/status/status.h"
#include "core/ir/graph.h"

namespace tricorn::ir {

// OK when operands come before their uses, each value has one producer, result types are those
// inference gives, input and output names are unique, and regions hold the same. Otherwise
// Internal, naming the node: a graph that fails is a defect of the pass that made it.
absl::Status Verify(const Graph& graph);

}  // namespace tricorn::ir
