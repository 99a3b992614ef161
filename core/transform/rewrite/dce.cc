#include "core/transform/rewrite/dce.h"

#include <algorithm>

#include "core/ir/rewriter.h"
#include "core/ops/control/control.h"
#include "core/transform/rewrite/on_every_graph.h"
#include "core/transform/rewrite/scan_liveness.h"

namespace tricorn::transform {
namespace {

absl::StatusOr<ir::Graph> DceOf(const ir::Graph& graph) {
  std::vector<bool> needed(graph.values().size(), false);
  for (const ir::NamedValue& output : graph.outputs())
    needed[static_cast<size_t>(output.value)] = true;
  const auto is_needed = [&](ir::ValueId id) { return needed[static_cast<size_t>(id)]; };
  const auto is_live = [&](const ir::Node& node) {
    return node.op->kind == ir::OpKind::kEffect ||
           std::any_of(node.results.begin(), node.results.end(), is_needed);
  };
  const auto liveness_of = [&](const ir::Node& scan) {
    std::vector<bool> results;
    for (const ir::ValueId id : scan.results) results.push_back(is_needed(id));
    return ScanLiveness(scan, results);
  };
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (!is_live(*node)) continue;
    std::vector<bool> reads(node->operands.size(), true);
    if (node->op == &ops::kScan) reads = liveness_of(*node).operands();
    for (size_t i = 0; i < reads.size(); ++i) {
      if (reads[i]) needed[static_cast<size_t>(node->operands[i])] = true;
    }
  }
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    if (!is_live(node)) return ir::Values{};
    if (node.op == &ops::kScan) return liveness_of(node).Prune(rewriter.builder(), x);
    return rewriter.Copy(node, x);
  });
}

}  // namespace

absl::StatusOr<ir::Graph> Dce(const ir::Graph& graph) { return OnEveryGraph(graph, DceOf); }

}  // namespace tricorn::transform
