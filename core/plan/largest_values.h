#pragma once

#include <string>

#include "core/ir/graph.h"
#include "core/plan/memory_plan.h"

namespace tricorn::plan {

// The `count` largest values that a plan puts into its arena, for the error of a plan that does not
// fit: "411041792 bfloat16(256, 112, 112, 64) fused_elementwise @conv2d; ...". Views are left out,
// and the insides of control flow.
std::string LargestValues(const ir::Graph& graph, const MemoryPlan& plan, size_t count);

}  // namespace tricorn::plan
