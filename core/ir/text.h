#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"
#include "core/ir/op_registry.h"

namespace tricorn::ir {

// One node a line, attributes as JSON, regions in braces:
//
//   graph (%0 x: float32(2, 3), %1 w: float32(3, 4)) {
//     %2: float32(2, 4) = dot(%0, %1) {"contract": 1} @dense
//     return y: %2
//   }
std::string ToText(const Graph& graph);

// Reads what ToText writes, checking each node. Errors name the line.
absl::StatusOr<Graph> ParseText(std::string_view text, const OpRegistry& ops);

}  // namespace tricorn::ir
