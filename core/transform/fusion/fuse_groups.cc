#include "core/transform/fusion/fuse_groups.h"

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Node;
using ir::Value;
using ir::ValueId;
using ir::Values;

// Rebuilds a graph from its nodes in an order that keeps groups together.
class Fuser {
 public:
  Fuser(const Graph& graph, const FusionRules& rules, const MakeFusedNode& make)
      : graph_(graph), rules_(rules), make_(make), grouping_(graph, rules), rewriter_(graph) {}

  absl::StatusOr<Graph> Run() {
    rewriter_.CopyInputs();
    for (const int32_t root : grouping_.Order()) {
      if (rules_.IsMember(node(root))) {
        RETURN_IF_ERROR(EmitGroup(root));
      } else {
        rewriter_.CopyInPlace(node(root));
      }
      RETURN_IF_ERROR(rewriter_.builder().status());
    }
    return rewriter_.Finish();
  }

 private:
  using Inside = absl::flat_hash_map<ValueId, Value>;  // of the group's body, by old value

  const Node& node(int32_t i) const { return graph_.nodes()[static_cast<size_t>(i)]; }

  absl::Status EmitGroup(int32_t root) {
    Builder body;
    Inside inside;
    Values operands;
    for (const ValueId id : grouping_.ReadsOf(root)) {
      inside[id] = body.Input(fmt::format("x{}", operands.size()), graph_.type(id));
      operands.push_back(rewriter_.mapped(id));
    }
    std::vector<std::pair<std::string, Value>> outputs;
    std::vector<ValueId> escaping;
    std::vector<const Node*> nodes;
    for (const int32_t n : grouping_.members(root)) {
      nodes.push_back(&node(n));
      EmitInside(node(n), body, inside);
      RETURN_IF_ERROR(body.status());
      for (const ValueId result : node(n).results) {
        if (!grouping_.escapes(result)) continue;
        outputs.emplace_back(fmt::format("y{}", outputs.size()), inside.at(result));
        escaping.push_back(result);
      }
    }
    if (outputs.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(Graph region, body.Finish(outputs));
    ASSIGN_OR_RETURN(const FusedNode fused, make_(nodes, std::move(region)));
    Builder& builder = rewriter_.builder();
    builder.set_scope(nodes.back()->scope);
    const ir::Regions regions = fused.region ? ir::Regions{fused.region} : ir::Regions();
    const Values results = builder.AddAll(*fused.op, operands, fused.attrs, regions);
    RETURN_IF_ERROR(builder.status());
    for (size_t i = 0; i < results.size(); ++i) rewriter_.Map(escaping[i], results[i]);
    return absl::OkStatus();
  }

  // The node within the body, after the absorbed nodes that it needs.
  void EmitInside(const Node& n, Builder& body, Inside& inside) {
    Values operands;
    for (const ValueId id : n.operands) {
      if (!inside.contains(id)) EmitInside(*graph_.producer(id), body, inside);
      operands.push_back(inside.at(id));
    }
    const Values results = body.AddAll(*n.op, operands, n.attrs, n.regions);
    for (size_t i = 0; i < results.size(); ++i) inside[n.results[i]] = results[i];
  }

  const Graph& graph_;
  const FusionRules& rules_;
  const MakeFusedNode& make_;
  Grouping grouping_;
  ir::Rewriter rewriter_;
};

}  // namespace

absl::StatusOr<Graph> FuseGroups(const Graph& graph, const FusionRules& rules,
                                 const MakeFusedNode& make) {
  return Fuser(graph, rules, make).Run();
}

}  // namespace tricorn::transform
