#include "core/comm/nccl/device_tree_sum.h"

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr int kThreads = 256;
constexpr int kVectorBytes = 16;

// Integers wrap.
const char* ElementType(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return "float";
    case DType::kF64:
      return "double";
    case DType::kI32:
      return "unsigned int";
    default:
      return "unsigned long long";
  }
}

// The sum of each root, of operands e0, e1, ...
std::vector<std::string> Expressions(const FoldOrder& order) {
  std::vector<std::string> stack;
  for (size_t i = 0; i < order.additions.size(); ++i) {
    stack.push_back(fmt::format("e{}", i));
    for (int n = 0; n < order.additions[i]; ++n) {
      const std::string right = std::move(stack.back());
      stack.pop_back();
      stack.back() = fmt::format("({} + {})", stack.back(), right);
    }
  }
  return stack;
}

std::string Repeat(size_t count, const char* pattern) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += fmt::format(fmt::runtime(pattern), i);
  return text;
}

}  // namespace

DeviceTreeSum::DeviceTreeSum(backend::cuda::SourceModule& module,
                             const std::vector<ShardRange>& operands, int total_shards, DType dtype)
    : num_operands_(operands.size()), vector_(kVectorBytes / SizeOf(dtype)) {
  const std::vector<std::string> sums = Expressions(FoldOrderOf(operands, total_shards));
  num_roots_ = sums.size();
  std::string vector_stores, element_stores;
  for (size_t r = 0; r < num_roots_; ++r) {
    vector_stores += fmt::format("r{}.element[j] = {};\n", r, sums[r]);
    element_stores += fmt::format("y{}[i] = {};\n", r, sums[r]);
  }
  const std::string type = ElementType(dtype);
  std::string parameters;
  for (size_t i = 0; i < num_operands_; ++i) parameters += fmt::format("const {}* x{}, ", type, i);
  for (size_t r = 0; r < num_roots_; ++r) parameters += fmt::format("{}* y{}, ", type, r);
  const std::string body = fmt::format(
      "typedef {} T;\nunion Vector {{ uint4 all; T element[{}]; }};\n"
      "const long long first = ((long long)blockIdx.x * {} + threadIdx.x) * {};\n"
      "if (first + {} <= count) {{\n{}{}#pragma unroll\nfor (int j = 0; j < {}; ++j) {{\n{}{}}}\n{}"
      "return;\n}}\n"
      "for (long long i = first; i < count; ++i) {{\n{}{}}}\n",
      type, vector_, kThreads, vector_, vector_,
      Repeat(num_operands_, "Vector v{0};\nv{0}.all = *(const uint4*)(x{0} + first);\n"),
      Repeat(num_roots_, "Vector r{0};\n"), vector_,
      Repeat(num_operands_, "const T e{0} = v{0}.element[j];\n"), vector_stores,
      Repeat(num_roots_, "*(uint4*)(y{0} + first) = r{0}.all;\n"),
      Repeat(num_operands_, "const T e{0} = x{0}[i];\n"), element_stores);
  function_ = module.Add({.name = "tree_sum",
                          .parameters = parameters + "long long count",
                          .body = body,
                          .threads = kThreads});
}

absl::Status DeviceTreeSum::Enqueue(std::span<const std::byte* const> operands,
                                    std::span<std::byte* const> roots, int64_t count,
                                    cudaStream_t stream) const {
  CHECK(operands.size() == num_operands_ && roots.size() == num_roots_);
  if (count == 0) return absl::OkStatus();
  std::vector<const void*> pointers(operands.begin(), operands.end());
  pointers.insert(pointers.end(), roots.begin(), roots.end());
  std::vector<void*> parameters;
  for (const void*& pointer : pointers) parameters.push_back(&pointer);
  parameters.push_back(&count);
  const int64_t per_block = kThreads * vector_;
  const dim3 grid(static_cast<unsigned>((count + per_block - 1) / per_block));
  return backend::cuda::ToStatus(cudaLaunchKernel(static_cast<const void*>(function_->handle), grid,
                                                  dim3(kThreads), parameters.data(), 0, stream),
                                 "sum of shards");
}

}  // namespace tricorn::comm
