#include "core/transform/rewrite/on_every_graph.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/ir/rewriter.h"

namespace tricorn::transform {
namespace {

bool HasControlFlow(const ir::Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [](const ir::Node& node) { return node.op->is_control_flow(); });
}

}  // namespace

absl::StatusOr<ir::Graph> OnEveryRegion(const ir::Graph& graph, GraphPass pass) {
  if (!HasControlFlow(graph)) return graph;
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) -> ir::Values {
    if (!node.op->is_control_flow()) return rewriter.Copy(node, x);
    ir::Regions regions;
    for (const auto& region : node.regions) {
      absl::StatusOr<ir::Graph> result = OnEveryGraph(*region, pass);
      if (!result.ok()) {
        rewriter.builder().SetError(result.status());
        return {};
      }
      regions.push_back(std::make_shared<const ir::Graph>(*std::move(result)));
    }
    return rewriter.builder().AddAll(*node.op, x, node.attrs, std::move(regions));
  });
}

absl::StatusOr<ir::Graph> OnEveryGraph(const ir::Graph& graph, GraphPass pass) {
  if (!HasControlFlow(graph)) return pass(graph);
  ASSIGN_OR_RETURN(const ir::Graph with_regions, OnEveryRegion(graph, pass));
  return pass(with_regions);
}

}  // namespace tricorn::transform
