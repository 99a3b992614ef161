#include "core/backend/cuda/kernel/generated_kernel.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/kernel_name.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kUnroll = 4;  // elements a thread, a block apart: loads in flight

std::vector<std::string> PointerTypes(const KernelRequest& request) {
  std::vector<std::string> types;
  for (const ir::Type& type : request.operands) {
    types.push_back(fmt::format("const {}*", TypeName(type.dtype)));
  }
  for (const ir::Type& type : request.results) {
    types.push_back(fmt::format("{}*", TypeName(type.dtype)));
  }
  return types;
}

}  // namespace

std::string PointerName(size_t i, size_t num_operands) {
  return i < num_operands ? fmt::format("x{}", i) : fmt::format("y{}", i - num_operands);
}

GeneratedKernel::GeneratedKernel(const KernelRequest& request, const std::vector<Stage>& stages,
                                 int64_t workspace_nbytes, std::vector<bool> may_overwrite)
    : name_(KernelName(request.op, request.operands, request.results, request.regions)),
      num_operands_(request.operands.size()),
      pointer_types_(PointerTypes(request)),
      stages_(stages),
      workspace_nbytes_(workspace_nbytes),
      may_overwrite_(std::move(may_overwrite)) {
  std::string parameters;
  for (size_t i = 0; i < pointer_types_.size(); ++i) {
    parameters += fmt::format("{} {}, ", pointer_types_[i], PointerName(i, num_operands_));
  }
  parameters += "u8* workspace";
  for (const Stage& stage : stages_) {
    functions_.push_back(request.module.Add(
        {.name = functions_.empty() ? name_ : fmt::format("{}_stage{}", name_, functions_.size()),
         .parameters = parameters,
         .body =
             fmt::format("constexpr i64 num_elements = {};\n{}", stage.num_elements, stage.body),
         .threads = stage.launch.threads,
         .shared_nbytes = stage.launch.shared_nbytes}));
  }
}

absl::Status GeneratedKernel::Enqueue(const KernelArgs& args) const {
  std::vector<std::byte*> pointers(args.operands.begin(), args.operands.end());
  pointers.insert(pointers.end(), args.results.begin(), args.results.end());
  pointers.push_back(args.workspace);
  std::vector<void*> parameters;
  for (std::byte*& pointer : pointers) parameters.push_back(&pointer);
  for (size_t s = 0; s < stages_.size(); ++s) {
    const Launch& launch = stages_[s].launch;
    if (launch.blocks == 0) continue;
    const dim3 grid(static_cast<unsigned>(launch.blocks), static_cast<unsigned>(launch.blocks_y));
    RETURN_IF_CUDA_ERROR(cudaLaunchKernel(static_cast<const void*>(functions_[s]->handle), grid,
                                          dim3(static_cast<unsigned>(launch.threads)),
                                          parameters.data(),
                                          static_cast<size_t>(launch.shared_nbytes), args.stream));
  }
  return absl::OkStatus();
}

std::unique_ptr<Kernel> MakeElementKernel(const KernelRequest& request, int64_t count,
                                          const std::string& compute,
                                          const std::vector<std::string>& elements) {
  int64_t largest = count;
  for (const ir::Type& type : request.operands) largest = std::max(largest, type.num_elements());
  constexpr int64_t kPerBlock = int64_t{kThreads} * kUnroll;
  const int64_t blocks = (count + kPerBlock - 1) / kPerBlock;
  std::string declarations, keeps, stores;
  for (size_t o = 0; o < elements.size(); ++o) {
    declarations += fmt::format("{} r{}[{}];\n", TypeName(request.results[o].dtype), o, kUnroll);
    keeps += fmt::format("r{}[u] = {};\n", o, elements[o]);
    stores += fmt::format("y{0}[i] = r{0}[u];\n", o);
  }
  const std::string loop = fmt::format(
      "#pragma unroll\nfor (int u = 0; u < {}; ++u) {{\n"
      "const Index i = first + u * {};\nif (i >= num_elements) break;\n",
      kUnroll, kThreads);
  const std::string body = fmt::format(
      "typedef {} Index;\nconst Index first = Index(blockIdx.x) * {} + threadIdx.x;\n{}{}{}{}}}\n"
      "{}{}}}\n",
      IndexType(largest + kPerBlock), kPerBlock, declarations, loop, compute, keeps, loop, stores);
  return std::make_unique<GeneratedKernel>(
      request,
      std::vector<GeneratedKernel::Stage>{{body, {.blocks = blocks, .threads = kThreads}, count}});
}

std::unique_ptr<Kernel> MakeVectorKernel(const KernelRequest& request, int64_t count, int width,
                                         const VectorCode& code, std::vector<bool> may_overwrite) {
  int64_t largest = count;
  for (const ir::Type& type : request.operands) largest = std::max(largest, type.num_elements());
  const int64_t per_block = int64_t{kThreads} * width;
  std::string declarations, keeps, stores;
  for (size_t o = 0; o < code.elements.size(); ++o) {
    declarations +=
        fmt::format("Vector<{}, {}> r{};\n", TypeName(request.results[o].dtype), width, o);
    keeps += fmt::format("r{}.at[u] = {};\n", o, code.elements[o]);
    stores += fmt::format("Store(r{0}, y{0} + first, left);\n", o);
  }
  // All loads come before the first store, which may be to an operand's bytes.
  const std::string body = fmt::format(
      "typedef {index} Index;\n"
      "const Index first = (Index(blockIdx.x) * {threads} + threadIdx.x) * {width};\n"
      "if (first >= num_elements) return;\n"
      "const int left = num_elements - first < {width} ? int(num_elements - first) : {width};\n"
      "{loads}{declarations}"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\nif (u < left) {{\n"
      "const Index i = first + u;\n{compute}{keeps}}}\n}}\n{stores}",
      fmt::arg("index", IndexType(largest + per_block)), fmt::arg("threads", kThreads),
      fmt::arg("width", width), fmt::arg("loads", code.loads),
      fmt::arg("declarations", declarations), fmt::arg("compute", code.compute),
      fmt::arg("keeps", keeps), fmt::arg("stores", stores));
  const int64_t blocks = (count + per_block - 1) / per_block;
  return std::make_unique<GeneratedKernel>(
      request,
      std::vector<GeneratedKernel::Stage>{{body, {.blocks = blocks, .threads = kThreads}, count}},
      0, std::move(may_overwrite));
}

}  // namespace tricorn::backend::cuda
