#include "core/ir/verifier.h"

#include "absl/container/flat_hash_set.h"
#include "core/base/status.h"

namespace tricorn::ir {
namespace {

absl::Status VerifyNames(const std::vector<NamedValue>& list, std::string_view what,
                         const Graph& graph) {
  absl::flat_hash_set<std::string> names;
  for (const NamedValue& item : list) {
    if (!names.insert(item.name).second) return Internal("two {}s are named {}", what, item.name);
    if (item.value < 0 || item.value >= static_cast<ValueId>(graph.values().size())) {
      return Internal("{} {}: no such value", what, item.name);
    }
  }
  return absl::OkStatus();
}

absl::Status VerifyNode(const Graph& graph, size_t index) {
  const Node& node = graph.nodes()[index];
  Types operand_types;
  for (const ValueId id : node.operands) {
    if (id < 0 || id >= static_cast<ValueId>(graph.values().size()) ||
        graph.values()[static_cast<size_t>(id)].node >= static_cast<int32_t>(index)) {
      return Internal("operand %{} is not computed before", id);
    }
    operand_types.push_back(graph.type(id));
  }
  ASSIGN_OR_RETURN(const Types types, node.op->Infer(operand_types, node.attrs, node.regions));
  if (types.size() != node.results.size()) {
    return Internal("expected {} results, received {}", types.size(), node.results.size());
  }
  for (size_t i = 0; i < types.size(); ++i) {
    const ValueInfo& info = graph.values()[static_cast<size_t>(node.results[i])];
    if (info.node != static_cast<int32_t>(index) || info.index != static_cast<int32_t>(i)) {
      return Internal("result {} belongs to another node", i);
    }
    if (!(info.type == types[i])) {
      return Internal("result {}: expected {}, received {}", i, types[i].ToString(),
                      info.type.ToString());
    }
  }
  for (const auto& region : node.regions) RETURN_IF_ERROR(Verify(*region));
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(const Graph& graph) {
  RETURN_IF_ERROR(VerifyNames(graph.inputs(), "input", graph));
  RETURN_IF_ERROR(VerifyNames(graph.outputs(), "output", graph));
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    RETURN_IF_ERROR(WithSubject(VerifyNode(graph, i),
                                fmt::format("node {} ({})", i, graph.nodes()[i].op->name)));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::ir
