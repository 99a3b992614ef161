#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/ir/graph.h"

namespace tricorn::backend {

// The node's op, or those of its region, its results' types and the layer it comes from.
std::string DescribeNode(const ir::Graph& graph, const ir::Node& node);

// A table of the nodes of a compiled graph and of the time that runs have added up for each
// (RunContext::node_ns), longest first, per run.
std::string ProfileTable(const ir::Graph& graph, std::span<const int64_t> node_ns, int64_t runs);

}  // namespace tricorn::backend
