#include "core/backend/cpu/compute_on_host.h"

#include "core/backend/cpu/cpu_device.h"

namespace tricorn::backend::cpu {

absl::StatusOr<std::vector<Tensor>> ComputeOnHost(
    const std::vector<Tensor>& inputs, absl::FunctionRef<ir::Values(ir::Operands)> body) {
  ir::Builder builder;
  ir::Values values;
  for (const Tensor& input : inputs) {
    values.push_back(
        builder.Input(fmt::format("x{}", values.size()), {input.dtype(), input.shape()}));
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (const ir::Value& value : body(values)) {
    outputs.emplace_back(fmt::format("y{}", outputs.size()), value);
  }
  ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish(outputs));
  return CpuDevice().Evaluate(graph, inputs);
}

}  // namespace tricorn::backend::cpu
