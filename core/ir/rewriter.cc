#include "core/ir/rewriter.h"

namespace tricorn::ir {

Values Rewriter::Copy(const Node& node, Operands operands) {
  return builder_.AddAll(*node.op, operands, node.attrs, node.regions);
}

Operands Rewriter::NewOperands(const Node& node) {
  operands_.clear();
  for (const ValueId id : node.operands) operands_.push_back(mapped(id));
  return operands_;
}

void Rewriter::CopyInputs() {
  for (const NamedValue& input : graph_.inputs()) {
    Map(input.value, builder_.Input(input.name, graph_.type(input.value)));
  }
}

void Rewriter::CopyInPlace(const Node& node) {
  builder_.set_scope(node.scope);
  const Values results = Copy(node, NewOperands(node));
  for (size_t i = 0; builder_.ok() && i < results.size(); ++i) Map(node.results[i], results[i]);
}

absl::StatusOr<Graph> Rewriter::Finish() {
  builder_.set_scope("");
  std::vector<std::pair<std::string, Value>> outputs;
  for (const NamedValue& output : graph_.outputs()) {
    outputs.emplace_back(output.name, mapped(output.value));
  }
  return builder_.Finish(outputs);
}

absl::StatusOr<Graph> Rewriter::Run(const Replace& replace) {
  CopyInputs();
  for (const Node& node : graph_.nodes()) {
    builder_.set_scope(node.scope);
    const Values results = replace(node, NewOperands(node));
    RETURN_IF_ERROR(builder_.status());
    if (results.empty()) continue;
    CHECK(results.size() == node.results.size());
    for (size_t i = 0; i < results.size(); ++i) Map(node.results[i], results[i]);
  }
  return Finish();
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
