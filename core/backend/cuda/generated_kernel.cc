#include "core/backend/cuda/generated_kernel.h"

#include <algorithm>

#include "core/backend/cuda/cuda_error.h"
#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/index_code.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kUnroll = 4;  // elements a thread, a block apart: loads in flight

std::string Parameters(const KernelRequest& request) {
  std::string text;
  for (size_t i = 0; i < request.operands.size(); ++i) {
    text += fmt::format("const {}* x{}, ", TypeName(request.operands[i].dtype), i);
  }
  for (size_t i = 0; i < request.results.size(); ++i) {
    text += fmt::format("{}* y{}, ", TypeName(request.results[i].dtype), i);
  }
  return text + "u8* workspace";
}

}  // namespace

GeneratedKernel::GeneratedKernel(const KernelRequest& request, const std::vector<Stage>& stages,
                                 int64_t workspace_nbytes, std::vector<bool> may_overwrite)
    : workspace_nbytes_(workspace_nbytes), may_overwrite_(std::move(may_overwrite)) {
  for (const Stage& stage : stages) {
    stages_.push_back({request.module.Add(Parameters(request), stage.body), stage.launch});
  }
}

absl::Status GeneratedKernel::Enqueue(const KernelArgs& args) const {
  std::vector<std::byte*> pointers(args.operands.begin(), args.operands.end());
  pointers.insert(pointers.end(), args.results.begin(), args.results.end());
  pointers.push_back(args.workspace);
  std::vector<void*> parameters;
  for (std::byte*& pointer : pointers) parameters.push_back(&pointer);
  for (const Loaded& stage : stages_) {
    if (stage.launch.blocks == 0) continue;
    const dim3 grid(static_cast<unsigned>(stage.launch.blocks),
                    static_cast<unsigned>(stage.launch.blocks_y));
    RETURN_IF_CUDA_ERROR(cudaLaunchKernel(static_cast<const void*>(stage.function->handle), grid,
                                          dim3(static_cast<unsigned>(stage.launch.threads)),
                                          parameters.data(), 0, args.stream));
  }
  return absl::OkStatus();
}

std::unique_ptr<Kernel> MakeElementKernel(const KernelRequest& request, int64_t count,
                                          const std::string& compute,
                                          const std::vector<std::string>& elements,
                                          std::vector<bool> may_overwrite) {
  int64_t largest = count;
  for (const ir::Type& type : request.operands) largest = std::max(largest, type.num_elements());
  constexpr int64_t kPerBlock = int64_t{kThreads} * kUnroll;
  const int64_t blocks = (count + kPerBlock - 1) / kPerBlock;
  // All loads come before the first store, which may be to an operand's bytes.
  std::string declarations, keeps, stores;
  for (size_t o = 0; o < elements.size(); ++o) {
    declarations += fmt::format("{} r{}[{}];\n", TypeName(request.results[o].dtype), o, kUnroll);
    keeps += fmt::format("r{}[u] = {};\n", o, elements[o]);
    stores += fmt::format("y{0}[i] = r{0}[u];\n", o);
  }
  const std::string loop = fmt::format(
      "#pragma unroll\nfor (int u = 0; u < {}; ++u) {{\n"
      "const Index i = first + u * {};\nif (i >= {}) break;\n",
      kUnroll, kThreads, count);
  const std::string body = fmt::format(
      "typedef {} Index;\nconst Index first = Index(blockIdx.x) * {} + threadIdx.x;\n{}{}{}{}}}\n"
      "{}{}}}\n",
      IndexType(largest + kPerBlock), kPerBlock, declarations, loop, compute, keeps, loop, stores);
  return std::make_unique<GeneratedKernel>(
      request, std::vector<GeneratedKernel::Stage>{{body, {.blocks = blocks, .threads = kThreads}}},
      0, std::move(may_overwrite));
}

}  // namespace tricorn::backend::cuda
