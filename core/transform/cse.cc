#include "core/transform/cse.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "core/ir/rewriter.h"
#include "core/transform/on_every_graph.h"

namespace tricorn::transform {
namespace {

// What must agree before attributes are compared.
using Key = std::pair<const ir::OpDef*, std::vector<ir::ValueId>>;

absl::StatusOr<ir::Graph> CseOf(const ir::Graph& graph) {
  struct Seen {
    const ir::Node* node;
    ir::Values results;
  };
  absl::flat_hash_map<Key, std::vector<Seen>> seen;
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    if (node.op->kind == ir::OpKind::kEffect || !node.regions.empty())
      return rewriter.Copy(node, x);
    Key key{node.op, {}};
    for (const ir::Value& operand : x) key.second.push_back(operand.id());
    std::vector<Seen>& candidates = seen[std::move(key)];
    for (const Seen& candidate : candidates) {
      if (candidate.node->attrs == node.attrs) return candidate.results;
    }
    ir::Values results = rewriter.Copy(node, x);
    candidates.push_back({&node, results});
    return results;
  });
}

}  // namespace

absl::StatusOr<ir::Graph> Cse(const ir::Graph& graph) { return OnEveryGraph(graph, CseOf); }

}  // namespace tricorn::transform
