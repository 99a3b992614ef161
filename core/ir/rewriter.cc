#include "core/ir/rewriter.h"

namespace tricorn::ir {

Values Rewriter::Copy(const Node& node, Operands operands) {
  return builder_.AddAll(*node.op, operands, node.attrs, node.regions);
}

absl::StatusOr<Graph> Rewriter::Run(const Replace& replace) {
  for (const NamedValue& input : graph_.inputs()) {
    mapped_[static_cast<size_t>(input.value)] =
        builder_.Input(input.name, graph_.type(input.value));
  }
  Values operands;
  for (const Node& node : graph_.nodes()) {
    operands.clear();
    for (const ValueId id : node.operands) operands.push_back(mapped(id));
    builder_.set_scope(node.scope);
    const Values results = replace(node, operands);
    RETURN_IF_ERROR(builder_.status());
    if (results.empty()) continue;
    CHECK(results.size() == node.results.size());
    for (size_t i = 0; i < results.size(); ++i) {
      mapped_[static_cast<size_t>(node.results[i])] = results[i];
    }
  }
  builder_.set_scope("");
  std::vector<std::pair<std::string, Value>> outputs;
  for (const NamedValue& output : graph_.outputs()) {
    outputs.emplace_back(output.name, mapped(output.value));
  }
  return builder_.Finish(outputs);
}

Values Inline(Builder& builder, const Graph& graph, Operands inputs) {
  CHECK(inputs.size() == graph.inputs().size());
  Values mapped(graph.values().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    mapped[static_cast<size_t>(graph.inputs()[i].value)] = inputs[i];
  }
  Values operands;
  for (const Node& node : graph.nodes()) {
    operands.clear();
    for (const ValueId id : node.operands) operands.push_back(mapped[static_cast<size_t>(id)]);
    const Builder::Scope scope(builder, node.scope);
    const Values results = builder.AddAll(*node.op, operands, node.attrs, node.regions);
    if (!builder.ok()) return Values(graph.outputs().size(), Value(&builder, -1));
    for (size_t i = 0; i < results.size(); ++i) {
      mapped[static_cast<size_t>(node.results[i])] = results[i];
    }
  }
  Values outputs;
  for (const NamedValue& output : graph.outputs()) {
    outputs.push_back(mapped[static_cast<size_t>(output.value)]);
  }
  return outputs;
}

}  // namespace tricorn::ir
