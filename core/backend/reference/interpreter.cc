#include "core/backend/reference/interpreter.h"

#include "core/base/status.h"

namespace tricorn::backend::reference {

absl::StatusOr<Interpreter> Interpreter::Make(const ir::Graph& graph) {
  Interpreter interpreter(graph);
  interpreter.last_use_.assign(graph.values().size(), -1);
  for (size_t i = 0; i < graph.nodes().size(); ++i) {
    const ir::Node& node = graph.nodes()[i];
    const auto it = Primitives().find(node.op->name);
    if (it == Primitives().end()) {
      return Unimplemented("{}: expected a primitive of the reference backend", node.op->name);
    }
    for (const auto& region : node.regions) RETURN_IF_ERROR(Make(*region).status());
    interpreter.primitives_.push_back(it->second);
    for (const ir::ValueId id : node.operands) {
      interpreter.last_use_[static_cast<size_t>(id)] = static_cast<int64_t>(i);
    }
  }
  for (const ir::NamedValue& output : graph.outputs()) {
    interpreter.last_use_[static_cast<size_t>(output.value)] =
        static_cast<int64_t>(graph.nodes().size());
  }
  return interpreter;
}

absl::StatusOr<std::vector<Array>> Interpreter::Run(std::vector<Array> inputs,
                                                    const RunContext& context,
                                                    std::map<int32_t, Tensor>& in_flight) const {
  CHECK(inputs.size() == graph_->inputs().size());
  std::vector<Array> values(graph_->values().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    values[static_cast<size_t>(graph_->inputs()[i].value)] = std::move(inputs[i]);
  }
  for (size_t i = 0; i < graph_->nodes().size(); ++i) {
    RETURN_IF_ERROR(RunNode(i, context, values, in_flight));
  }
  std::vector<Array> outputs;
  for (const ir::NamedValue& output : graph_->outputs()) {
    outputs.push_back(values[static_cast<size_t>(output.value)]);
  }
  return outputs;
}

absl::Status Interpreter::RunNode(size_t index, const RunContext& context,
                                  std::vector<Array>& values,
                                  std::map<int32_t, Tensor>& in_flight) const {
  const ir::Node& node = graph_->nodes()[index];
  std::vector<const Array*> operands;
  for (const ir::ValueId id : node.operands) operands.push_back(&values[static_cast<size_t>(id)]);
  std::vector<Array> results;
  for (const ir::ValueId id : node.results) {
    const ir::Type& type = graph_->type(id);
    results.push_back({type, std::vector<double>(static_cast<size_t>(type.num_elements()))});
  }
  const absl::Status status = primitives_[index](Call{node, operands, results, context, in_flight});
  if (!status.ok()) return WithSubject(status, node.op->name);
  for (size_t k = 0; k < results.size(); ++k) {
    CHECK(static_cast<int64_t>(results[k].values.size()) == results[k].type.num_elements());
    Canonicalize(results[k]);
    values[static_cast<size_t>(node.results[k])] = std::move(results[k]);
  }
  for (const ir::ValueId id : node.operands) {
    const auto value = static_cast<size_t>(id);
    if (last_use_[value] == static_cast<int64_t>(index)) values[value].values = {};
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend::reference
