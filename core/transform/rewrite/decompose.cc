#include "core/transform/rewrite/decompose.h"

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {

bool IsKept(const KeepComposite& keep, const ir::Value& value) {
  if (!value || !value.builder().ok()) return false;
  return keep(value.builder().graph(), *value.builder().producer(value));
}

absl::StatusOr<ir::Graph> Decompose(ir::Graph graph, const KeepComposite& keep) {
  // A decomposition may hold composites again: each round opens one level.
  for (bool changed = true; changed;) {
    changed = false;
    ir::Rewriter rewriter(graph);
    absl::StatusOr<ir::Graph> next = rewriter.Run([&](const ir::Node& node, ir::Operands x) {
      if (!node.op->decompose || keep(graph, node)) return rewriter.Copy(node, x);
      changed = true;
      return node.op->decompose(x, node.attrs);
    });
    RETURN_IF_ERROR(next.status());
    graph = *std::move(next);
  }
  // Regions come last: decompositions bring some.
  return OnEveryRegion(graph, [&](const ir::Graph& region) { return Decompose(region, keep); });
}

}  // namespace tricorn::transform
