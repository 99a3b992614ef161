#include "core/backend/cpu/cpu_device.h"

#include <cstring>

#include "core/backend/cpu/builtin_kernels.h"
#include "core/backend/cpu/cpu_executable.h"
#include "core/backend/cpu/memory.h"
#include "core/backend/cpu/parallel.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/plan/memory_plan.h"
#include "core/transform/pipeline.h"

namespace tricorn::backend::cpu {
namespace {

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
                                                                 int num_threads) {
  std::vector<std::unique_ptr<Kernel>> kernels(graph.nodes().size());
  for (size_t n = 0; n < kernels.size(); ++n) {
    const ir::Node& node = graph.nodes()[n];
    if (RunsNothing(node)) continue;
    kernels[n] = MakeKernelOf(registry, graph, node, num_threads);
    if (kernels[n] == nullptr) {
      return WithSubject(Unimplemented("{}({}): expected a CPU kernel or a decomposition, received "
                                       "neither",
                                       node.op->name, OperandTypes(graph, node)),
                         node.scope.empty() ? "graph" : node.scope);
    }
  }
  return kernels;
}

plan::MemoryOptions PlanOptions(const ir::Graph& graph, const CompileOptions& options,
                                const std::vector<std::unique_ptr<Kernel>>& kernels) {
  plan::MemoryOptions plan_options{
      .donations = options.donations, .workspace_nbytes = {}, .may_overwrite = nullptr};
  for (const std::unique_ptr<Kernel>& kernel : kernels) {
    plan_options.workspace_nbytes.push_back(kernel ? kernel->workspace_nbytes() : 0);
  }
  plan_options.may_overwrite = [&](const ir::Node& node, size_t operand) {
    const auto n = static_cast<size_t>(&node - graph.nodes().data());
    return kernels[n] != nullptr && kernels[n]->may_overwrite(operand);
  };
  return plan_options;
}

}  // namespace

CpuDevice::CpuDevice() : CpuDevice(BuiltinKernels()) {}

absl::StatusOr<Buffer> CpuDevice::Allocate(int64_t nbytes) {
  std::shared_ptr<std::byte> bytes = AllocateAligned(nbytes);
  if (bytes == nullptr) {
    return ResourceExhausted("buffer: expected {} bytes of memory, received none", nbytes);
  }
  return Buffer{bytes.get(), nbytes, bytes};
}

absl::Status CpuDevice::Upload(const Tensor& from, const Buffer& to) {
  if (from.nbytes() > to.nbytes) {
    return InvalidArgument("upload: expected at most {} bytes, received {}", to.nbytes,
                           from.nbytes());
  }
  std::memcpy(to.data, from.bytes(), static_cast<size_t>(from.nbytes()));
  return absl::OkStatus();
}

absl::Status CpuDevice::Download(const Buffer& from, Tensor& to) {
  if (to.nbytes() > from.nbytes) {
    return InvalidArgument("download: expected at least {} bytes, received {}", to.nbytes(),
                           from.nbytes);
  }
  std::memcpy(to.bytes(), from.data, static_cast<size_t>(to.nbytes()));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Executable>> CpuDevice::Compile(ir::Graph graph,
                                                               const CompileOptions& options) {
  const int num_threads = std::max(options.num_threads, 1);
  // oneDNN divides a convolution among the threads that there are when its primitive is made.
  const ComputeScope scope(num_threads);
  const auto has_kernel = [&](const ir::Graph& g, const ir::Node& node) {
    return MakeKernelOf(kernels_, g, node, num_threads) != nullptr;
  };
  ASSIGN_OR_RETURN(graph, transform::RunPipeline(std::move(graph), {.keep = has_kernel}));
  ASSIGN_OR_RETURN(auto kernels, MakeKernels(kernels_, graph, num_threads));
  plan::MemoryPlan plan = plan::PlanMemory(graph, PlanOptions(graph, options, kernels));
  Program program(graph, std::move(plan), std::move(kernels));
  return std::make_unique<CpuExecutable>(std::move(graph), std::move(program), num_threads);
}

}  // namespace tricorn::backend::cpu
