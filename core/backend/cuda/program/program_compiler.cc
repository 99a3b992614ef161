#include "core/backend/cuda/program/program_compiler.h"

#include "core/backend/cuda/product/fused_product.h"
#include "core/backend/cuda/product/stack_operands.h"
#include "core/backend/cuda/product/stacked_gradients.h"
#include "core/backend/cuda/program/control_flow.h"
#include "core/backend/cuda/program/launch_group.h"
#include "core/backend/node_kernels.h"
#include "core/base/status.h"
#include "core/plan/memory_plan.h"
#include "core/transform/absorb/fold_batch_norm.h"
#include "core/transform/fusion/recompute_elementwise.h"
#include "core/transform/pipeline.h"

namespace tricorn::backend::cuda {
namespace {

ir::Types TypesOf(const ir::Graph& graph, const std::vector<ir::ValueId>& values) {
  ir::Types types;
  for (const ir::ValueId id : values) types.push_back(graph.type(id));
  return types;
}

// Arrays are at multiples of 16 bytes; a view may begin anywhere in one.
bool IsAligned(const ir::Graph& graph, const ir::Node& node) {
  for (ir::ValueId id : node.operands) {
    const ir::Node* view = graph.producer(id);
    for (; view != nullptr && view->op->kind == ir::OpKind::kView;
         view = graph.producer(view->operands[0])) {
      const DType dtype = graph.type(view->results[0]).dtype;
      if (view->op->view_offset && view->op->view_offset(view->attrs) * SizeOf(dtype) % 16 != 0) {
        return false;
      }
    }
  }
  return true;
}

std::unique_ptr<Kernel> MakeKernelOf(const KernelRegistry& registry, const ir::Graph& graph,
                                     const ir::Node& node, SourceModule& module,
                                     Libraries& libraries, const CudaOptions& options, bool measure,
                                     bool is_aligned = true) {
  const ir::Types operands = TypesOf(graph, node.operands);
  const ir::Types results = TypesOf(graph, node.results);
  const KernelRequest request{.op = *node.op,
                              .attrs = node.attrs,
                              .operands = operands,
                              .results = results,
                              .regions = node.regions,
                              .module = module,
                              .libraries = libraries,
                              .is_aligned = is_aligned && IsAligned(graph, node),
                              .allow_tf32 = options.allow_tf32,
                              .measure = measure};
  if (node.op != &transform::kSideBySide) return registry.Make(request);
  return MakeLaunchGroup(request, [&](const ir::Node& member, SourceModule& scratch) {
    return MakeKernelOf(registry, *node.regions[0], member, scratch, libraries, options, measure,
                        request.is_aligned);
  });
}

// A node whose work takes longer than its launch gains nothing by waiting for others, and would
// keep its operands alive meanwhile.
constexpr int64_t kMaxSharedNbytes = int64_t{32} << 20;

bool IsSmall(const ir::Graph& graph, const ir::Node& node) {
  int64_t nbytes = 0;
  for (const ir::ValueId id : node.operands) nbytes += graph.type(id).nbytes();
  for (const ir::ValueId id : node.results) nbytes += graph.type(id).nbytes();
  return nbytes <= kMaxSharedNbytes;
}

plan::MemoryOptions PlanOptions(const ir::Graph& graph,
                                const std::vector<std::pair<int32_t, int32_t>>& donations,
                                const std::vector<std::unique_ptr<Kernel>>& kernels) {
  plan::MemoryOptions plan_options{
      .donations = donations, .workspace_nbytes = {}, .may_overwrite = nullptr};
  for (const std::unique_ptr<Kernel>& kernel : kernels) {
    plan_options.workspace_nbytes.push_back(kernel ? kernel->workspace_nbytes() : 0);
  }
  plan_options.may_overwrite = [&](const ir::Node& node, size_t operand, size_t result) {
    const auto n = static_cast<size_t>(&node - graph.nodes().data());
    return kernels[n] != nullptr && kernels[n]->may_overwrite(operand, result);
  };
  return plan_options;
}

}  // namespace

absl::StatusOr<ir::Graph> RunPasses(const KernelRegistry& registry, const CudaOptions& options,
                                    Libraries& libraries, ir::Graph graph) {
  SourceModule trial;  // of kernels that are only asked for
  const auto has_kernel = [&](const ir::Graph& g, const ir::Node& node) {
    return node.op->is_control_flow() ||
           MakeKernelOf(registry, g, node, trial, libraries, options, false) != nullptr;
  };
  const auto may_join = [&](const ir::Graph& g, const ir::Node& node) {
    if (!IsSmall(g, node)) return false;
    const auto kernel = MakeKernelOf(registry, g, node, trial, libraries, options, false);
    return kernel != nullptr && kernel->may_run_beside();
  };
  const auto before_fusion = [&](const ir::Graph& g) -> absl::StatusOr<ir::Graph> {
    ASSIGN_OR_RETURN(const ir::Graph gradients, StackGradients(g, has_kernel));
    ASSIGN_OR_RETURN(const ir::Graph stacked, StackOperands(gradients));
    ASSIGN_OR_RETURN(const ir::Graph fused, FuseProducts(stacked, has_kernel));
    return transform::RecomputeElementwise(fused);
  };
  return transform::RunPipeline(std::move(graph), {.keep = has_kernel,
                                                   .before_fusion = before_fusion,
                                                   .fusion = transform::Fusion::kRows,
                                                   .may_join = may_join});
}

absl::StatusOr<transform::ConstantPart> SplitConstants(const KernelRegistry& registry,
                                                       const CudaOptions& options,
                                                       Libraries& libraries, ir::Graph graph,
                                                       std::span<const int32_t> constant_inputs) {
  SourceModule trial;
  const auto has_kernel = [&](const ir::Graph& g, const ir::Node& node) {
    return MakeKernelOf(registry, g, node, trial, libraries, options, false) != nullptr;
  };
  ASSIGN_OR_RETURN(graph, transform::Clean(std::move(graph)));
  ASSIGN_OR_RETURN(graph, transform::FoldBatchNorm(graph, constant_inputs, has_kernel));
  return transform::SplitConstantPart(graph, constant_inputs);
}

absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> MakeKernels(const KernelRegistry& registry,
                                                                 const CudaOptions& options,
                                                                 Libraries& libraries,
                                                                 SourceModule& module,
                                                                 const ir::Graph& graph) {
  std::vector<std::unique_ptr<Kernel>> kernels(graph.nodes().size());
  for (size_t n = 0; n < kernels.size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (RunsNothing(node) || node.op->is_control_flow()) continue;
    kernels[n] = MakeKernelOf(registry, graph, node, module, libraries, options, true);
    if (kernels[n] == nullptr) return NoKernel("CUDA", graph, node);
  }
  return kernels;
}

absl::StatusOr<std::unique_ptr<Program>> CompileProgram(
    const Compilation& compilation, const ir::Graph& graph,
    const std::vector<std::pair<int32_t, int32_t>>& donations) {
  ASSIGN_OR_RETURN(auto kernels,
                   MakeKernels(compilation.registry, compilation.options,
                               compilation.context->libraries(), compilation.module, graph));
  for (size_t n = 0; n < kernels.size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (!node.op->is_control_flow()) continue;
    ASSIGN_OR_RETURN(kernels[n], MakeControlFlowKernel(compilation, node));
  }
  plan::MemoryPlan plan = plan::PlanMemory(graph, PlanOptions(graph, donations, kernels));
  return Program::Create(compilation.context, graph, std::move(plan), std::move(kernels));
}

}  // namespace tricorn::backend::cuda
