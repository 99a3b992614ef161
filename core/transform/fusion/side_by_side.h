#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

// The types of the region's outputs, which are the node's results.
struct SideBySideAttrs {
  ir::Types results;
  FIELDS(results)
};

// Several nodes as one: those of its region, of which none reads another's result. Operands and
// results are theirs.
extern const ir::OpDef kSideBySide;

// Whether a node may run beside others.
using MayJoin = std::function<bool(const ir::Graph& graph, const ir::Node& node)>;

// Groups independent nodes into kSideBySide nodes. A node that may join waits until another one
// needs it: then all that wait, and only need what has run, run together. Those whose results
// nobody reads (updates of state) wait for the end. The other nodes keep their order.
absl::StatusOr<ir::Graph> RunSideBySide(const ir::Graph& graph, const MayJoin& may_join);

}  // namespace tricorn::transform
