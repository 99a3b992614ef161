#include "tests/conformance/traced.h"

namespace tricorn::conformance {

ir::Value Traced::Input(std::string name, Tensor value) {
  const ir::Value input = builder_.Input(std::move(name), {value.dtype(), value.shape()});
  Bind(input, std::move(value));
  return input;
}

absl::StatusOr<std::vector<Tensor>> Traced::Evaluate(backend::Device& device) {
  ASSIGN_OR_RETURN(const ir::Graph graph, builder_.Finish(outputs_));
  std::vector<Tensor> inputs;
  for (const ir::NamedValue& input : graph.inputs()) {
    for (const auto& [id, value] : bound_) {
      if (id == input.value) inputs.push_back(value);
    }
  }
  return device.Evaluate(graph, inputs);
}

}  // namespace tricorn::conformance
