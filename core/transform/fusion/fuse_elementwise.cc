#include "core/transform/fusion/fuse_elementwise.h"

#include "core/base/status.h"
#include "core/ops/shape/shape.h"
#include "core/transform/fusion/fuse_groups.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Graph;
using ir::Node;

// Connected elementwise nodes of one shape.
class ElementwiseRules : public FusionRules {
 public:
  explicit ElementwiseRules(const Graph& graph) : graph_(graph) {}

  bool IsMember(const Node& node) const override { return IsElementwise(node); }
  bool IsAbsorbed(const Node& node) const override { return IsRepeated(node); }
  bool MayFuse(const Node& p, ir::ValueId /*value*/, const Node& n) const override {
    return graph_.type(p.results[0]).shape == graph_.type(n.results[0]).shape;
  }

 private:
  const Graph& graph_;
};

}  // namespace

const ir::OpDef kFusedElementwise = ir::Op<FusedAttrs>{
    .name = "fused_elementwise",
    .doc = "results of its region, an elementwise function of the operands",
    .infer_all = [](std::span<const ir::Type>, const FusedAttrs& a) -> absl::StatusOr<ir::Types> {
      if (a.results.empty()) return InvalidArgument("expected at least one result, received none");
      return a.results;
    },
};

bool IsElementwise(const Node& node) {
  return node.op->kind == ir::OpKind::kElementwise && node.results.size() == 1;
}

bool IsRepeated(const Node& node) {
  const Tensor* value = ir::ConstantValue(&node);
  return node.op == &ops::kBroadcast || (value != nullptr && value->num_elements() == 1);
}

FusedNode MakeFusedElementwise(Graph body) {
  FusedAttrs attrs;
  for (const ir::NamedValue& output : body.outputs())
    attrs.results.push_back(body.type(output.value));
  return {&kFusedElementwise, attrs, std::make_shared<const Graph>(std::move(body))};
}

absl::StatusOr<Graph> FuseElementwise(const Graph& graph) {
  return OnEveryGraph(graph, [](const Graph& one) {
    return FuseGroups(one, ElementwiseRules(one), [](auto, Graph body) {
      return absl::StatusOr<FusedNode>(MakeFusedElementwise(std::move(body)));
    });
  });
}

}  // namespace tricorn::transform
