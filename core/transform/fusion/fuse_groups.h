#pragma once

#include <functional>
#include <memory>
#include <span>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"
#include "core/transform/fusion/grouping.h"

namespace tricorn::transform {

// The node that stands for a group: its results are the region's outputs. A group of one node may
// stay as it is, without a region.
struct FusedNode {
  const ir::OpDef* op = nullptr;
  ir::Attrs attrs;
  std::shared_ptr<const ir::Graph> region;
};

// What a group becomes: its nodes, and a graph of them whose outputs are what others read.
using MakeFusedNode = std::function<absl::StatusOr<FusedNode>(
    std::span<const ir::Node* const> nodes, ir::Graph body)>;

// Rebuilds `graph` with each group as one node. Absorbed nodes that feed a group are computed
// inside it, in every group that needs them; a group that nobody reads goes.
absl::StatusOr<ir::Graph> FuseGroups(const ir::Graph& graph, const FusionRules& rules,
                                     const MakeFusedNode& make);

}  // namespace tricorn::transform
