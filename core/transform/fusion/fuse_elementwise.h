#pragma once

#include "absl/status/statusor.h"
#include "core/ir/builder.h"
#include "core/transform/fusion/fuse_groups.h"

namespace tricorn::transform {

// The types of the region's outputs, which are the node's results.
struct FusedAttrs {
  ir::Types results;
  FIELDS(results)
};

// One pass over memory for many elementwise nodes. Its region computes results from operands with
// elementwise ops, scalar constants and broadcasts; all results have one shape, and an operand that
// the region broadcasts may be smaller.
extern const ir::OpDef kFusedElementwise;

// An elementwise node of one result, and what repeats an element: a broadcast, a scalar constant.
bool IsElementwise(const ir::Node& node);
bool IsRepeated(const ir::Node& node);
// The node that stands for a group of elementwise nodes.
FusedNode MakeFusedElementwise(ir::Graph body);

// Groups connected elementwise nodes of one shape into kFusedElementwise nodes. Broadcasts and
// scalar constants that feed a group are computed inside it, in every group that needs them. Groups
// are chosen so that no path leaves one and comes back. Nodes come out in an order in which each
// group runs as early as its operands allow; effects keep their order.
absl::StatusOr<ir::Graph> FuseElementwise(const ir::Graph& graph);

}  // namespace tricorn::transform
