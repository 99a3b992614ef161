#include "core/transform/fuse_groups.h"

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ir/builder.h"

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
      : graph_(graph),
        rules_(rules),
        make_(make),
        grouping_(graph, rules),
        mapped_(graph.values().size()) {}

  absl::StatusOr<Graph> Run() {
    for (const ir::NamedValue& input : graph_.inputs()) {
      map(input.value) = builder_.Input(input.name, graph_.type(input.value));
    }
    for (const int32_t root : grouping_.Order()) {
      if (rules_.IsMember(node(root))) {
        RETURN_IF_ERROR(EmitGroup(root));
      } else {
        EmitNode(node(root));
      }
      RETURN_IF_ERROR(builder_.status());
    }
    std::vector<std::pair<std::string, Value>> outputs;
    for (const ir::NamedValue& output : graph_.outputs()) {
      outputs.emplace_back(output.name, map(output.value));
    }
    return builder_.Finish(outputs);
  }

 private:
  using Inside = absl::flat_hash_map<ValueId, Value>;  // of the group's body, by old value

  const Node& node(int32_t i) const { return graph_.nodes()[static_cast<size_t>(i)]; }
  Value& map(ValueId id) { return mapped_[static_cast<size_t>(id)]; }

  void EmitNode(const Node& n) {
    Values operands;
    for (const ValueId id : n.operands) operands.push_back(map(id));
    builder_.set_scope(n.scope);
    const Values results = builder_.AddAll(*n.op, operands, n.attrs, n.regions);
    if (!builder_.ok()) return;
    for (size_t i = 0; i < results.size(); ++i) map(n.results[i]) = results[i];
  }

  absl::Status EmitGroup(int32_t root) {
    Builder body;
    Inside inside;
    Values operands;
    for (const ValueId id : grouping_.ReadsOf(root)) {
      inside[id] = body.Input(fmt::format("x{}", operands.size()), graph_.type(id));
      operands.push_back(map(id));
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
    builder_.set_scope(nodes.back()->scope);
    const ir::Regions regions = fused.region ? ir::Regions{fused.region} : ir::Regions();
    const Values results = builder_.AddAll(*fused.op, operands, fused.attrs, regions);
    RETURN_IF_ERROR(builder_.status());
    for (size_t i = 0; i < results.size(); ++i) map(escaping[i]) = results[i];
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
  Builder builder_;
  Values mapped_;  // by old value
};

}  // namespace

absl::StatusOr<Graph> FuseGroups(const Graph& graph, const FusionRules& rules,
                                 const MakeFusedNode& make) {
  return Fuser(graph, rules, make).Run();
}

}  // namespace tricorn::transform
