#include "core/backend/cuda/kernel_selection.h"

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/transform/pipeline.h"

namespace tricorn::backend::cuda {
namespace {

ir::Types TypesOf(const ir::Graph& graph, const std::vector<ir::ValueId>& values) {
  ir::Types types;
  for (const ir::ValueId id : values) types.push_back(graph.type(id));
  return types;
}

std::unique_ptr<Kernel> MakeKernelOf(const KernelRegistry& registry, const ir::Graph& graph,
                                     const ir::Node& node, SourceModule& module,
                                     Libraries& libraries, const CudaOptions& options) {
  const ir::Types operands = TypesOf(graph, node.operands);
  const ir::Types results = TypesOf(graph, node.results);
  return registry.Make({.op = *node.op,
                        .attrs = node.attrs,
                        .operands = operands,
                        .results = results,
                        .regions = node.regions,
                        .module = module,
                        .libraries = libraries,
                        .allow_tf32 = options.allow_tf32});
}

bool RunsNothing(const ir::Node& node) {
  return node.op == &ir::kConstant || node.op->kind == ir::OpKind::kView;
}

std::string OperandTypes(const ir::Graph& graph, const ir::Node& node) {
  std::string text;
  for (const ir::ValueId id : node.operands) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", graph.type(id).ToString());
  }
  return text;
}

absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> MakeKernels(const KernelRegistry& registry,
                                                                 const ir::Graph& graph,
                                                                 SourceModule& module,
                                                                 Libraries& libraries,
                                                                 const CudaOptions& options) {
  std::vector<std::unique_ptr<Kernel>> kernels(graph.nodes().size());
  for (size_t n = 0; n < kernels.size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (RunsNothing(node)) continue;
    kernels[n] = MakeKernelOf(registry, graph, node, module, libraries, options);
    if (kernels[n] == nullptr) {
      return WithSubject(Unimplemented("{}({}): expected a CUDA kernel or a decomposition, "
                                       "received neither",
                                       node.op->name, OperandTypes(graph, node)),
                         node.scope.empty() ? "graph" : node.scope);
    }
  }
  return kernels;
}

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> SelectKernels(const KernelRegistry& registry,
                                                                   Libraries& libraries,
                                                                   const CudaOptions& options,
                                                                   SourceModule& module,
                                                                   ir::Graph& graph) {
  SourceModule trial;  // of kernels that are only asked for
  const auto has_kernel = [&](const ir::Graph& g, const ir::Node& node) {
    return MakeKernelOf(registry, g, node, trial, libraries, options) != nullptr;
  };
  ASSIGN_OR_RETURN(graph, transform::RunPipeline(std::move(graph), {.keep = has_kernel}));
  return MakeKernels(registry, graph, module, libraries, options);
}

}  // namespace tricorn::backend::cuda
