#include "core/transform/dce.h"

#include <algorithm>

#include "core/ir/rewriter.h"

namespace tricorn::transform {

absl::StatusOr<ir::Graph> Dce(const ir::Graph& graph) {
  std::vector<bool> needed(graph.values().size(), false);
  for (const ir::NamedValue& output : graph.outputs())
    needed[static_cast<size_t>(output.value)] = true;
  const auto is_live = [&](const ir::Node& node) {
    return node.op->kind == ir::OpKind::kEffect ||
           std::any_of(node.results.begin(), node.results.end(),
                       [&](ir::ValueId id) { return needed[static_cast<size_t>(id)]; });
  };
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (!is_live(*node)) continue;
    for (const ir::ValueId id : node->operands) needed[static_cast<size_t>(id)] = true;
  }
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    return is_live(node) ? rewriter.Copy(node, x) : ir::Values{};
  });
}

}  // namespace tricorn::transform
