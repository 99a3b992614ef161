#include "core/transform/fusion/take_apart.h"

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/fusion/fuse_rows.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

// One level: nodes of rows leave elementwise ones, which the next round asks about.
absl::StatusOr<ir::Graph> Opened(const ir::Graph& graph, const KeepComposite& keep, bool& changed) {
  ir::Rewriter rewriter(graph);
  absl::Status error;
  absl::StatusOr<ir::Graph> next = rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    const bool is_fused = node.op == &kFusedRows || node.op == &kFusedElementwise;
    if (!is_fused || keep(graph, node)) return rewriter.Copy(node, x);
    changed = true;
    absl::StatusOr<ir::Graph> region = *node.regions[0];
    if (node.op == &kFusedRows) region = FuseElementwise(*region);
    error.Update(region.status());
    return ir::Inline(rewriter.builder(), region.ok() ? *region : *node.regions[0], x);
  });
  RETURN_IF_ERROR(error);
  return next;
}

}  // namespace

absl::StatusOr<ir::Graph> TakeApart(ir::Graph graph, const KeepComposite& keep) {
  for (bool changed = true; changed;) {
    changed = false;
    ASSIGN_OR_RETURN(graph, Opened(graph, keep, changed));
  }
  return OnEveryRegion(graph, [&](const ir::Graph& region) { return TakeApart(region, keep); });
}

}  // namespace tricorn::transform
