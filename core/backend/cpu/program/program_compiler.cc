#include "core/backend/cpu/program/program_compiler.h"

#include "core/backend/cpu/program/control_flow.h"
#include "core/backend/node_kernels.h"
#include "core/base/status.h"
#include "core/plan/memory_plan.h"

namespace tricorn::backend::cpu {
namespace {

absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> MakeKernels(const KernelRegistry& registry,
                                                                 const ir::Graph& graph,
                                                                 int num_threads) {
  std::vector<std::unique_ptr<Kernel>> kernels(graph.nodes().size());
  for (size_t n = 0; n < kernels.size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (RunsNothing(node)) continue;
    if (node.op->is_control_flow()) {
      ASSIGN_OR_RETURN(kernels[n], MakeControlFlowKernel(registry, node, num_threads));
      continue;
    }
    kernels[n] = MakeKernelOf(registry, graph, node, num_threads);
    if (kernels[n] == nullptr) return NoKernel("CPU", graph, node);
  }
  return kernels;
}

plan::MemoryOptions PlanOptions(const ir::Graph& graph,
                                const std::vector<std::pair<int32_t, int32_t>>& donations,
                                const std::vector<std::unique_ptr<Kernel>>& kernels) {
  plan::MemoryOptions plan_options{
      .donations = donations, .workspace_nbytes = {}, .may_overwrite = nullptr};
  for (const std::unique_ptr<Kernel>& kernel : kernels) {
    plan_options.workspace_nbytes.push_back(kernel ? kernel->workspace_nbytes() : 0);
  }
  plan_options.may_overwrite = [&](const ir::Node& node, size_t operand, size_t) {
    const auto n = static_cast<size_t>(&node - graph.nodes().data());
    return kernels[n] != nullptr && kernels[n]->may_overwrite(operand);
  };
  return plan_options;
}

}  // namespace

std::unique_ptr<Kernel> MakeKernelOf(const KernelRegistry& registry, const ir::Graph& graph,
                                     const ir::Node& node, int num_threads) {
  ir::Types operands;
  for (const ir::ValueId id : node.operands) operands.push_back(graph.type(id));
  ir::Types results;
  for (const ir::ValueId id : node.results) results.push_back(graph.type(id));
  return registry.Make({.op = *node.op,
                        .attrs = node.attrs,
                        .operands = operands,
                        .results = results,
                        .regions = node.regions,
                        .num_threads = num_threads});
}

absl::StatusOr<Program> CompileProgram(const KernelRegistry& registry, const ir::Graph& graph,
                                       const std::vector<std::pair<int32_t, int32_t>>& donations,
                                       int num_threads) {
  ASSIGN_OR_RETURN(auto kernels, MakeKernels(registry, graph, num_threads));
  plan::MemoryPlan plan = plan::PlanMemory(graph, PlanOptions(graph, donations, kernels));
  return Program(graph, std::move(plan), std::move(kernels));
}

}  // namespace tricorn::backend::cpu
