#include "core/comm/tree_sum.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/status.h"
#include "core/comm/elementwise_sum.h"

namespace tricorn::comm {
namespace {

constexpr int64_t kChunkBytes = 4096;

std::vector<int> RootOfOperand(const std::vector<ShardRange>& operands,
                               const std::vector<ShardRange>& roots) {
  std::vector<int> root_of_operand;
  int root = 0;
  for (const ShardRange& operand : operands) {
    while (!roots[root].Contains(operand)) ++root;
    root_of_operand.push_back(root);
  }
  return root_of_operand;
}

bool IsAligned(const std::byte* array, DType dtype) {
  return reinterpret_cast<uintptr_t>(array) % SizeOf(dtype) == 0;
}

size_t MaxHeight(const FoldOrder& order) {
  int height = 0;
  int highest = 0;
  for (int additions : order.additions) {
    highest = std::max(highest, ++height);
    height -= additions;
  }
  return highest;
}

}  // namespace

TreeSum::TreeSum(std::vector<ShardRange> operands, int total_shards)
    : operands_(std::move(operands)),
      order_(FoldOrderOf(operands_, total_shards)),
      root_of_operand_(RootOfOperand(operands_, order_.roots)),
      stack_(MaxHeight(order_)),
      scratch_(MaxHeight(order_) * kChunkBytes) {}

void TreeSum::Evaluate(std::span<const std::byte* const> operands,
                       std::span<std::byte* const> roots, int64_t count, DType dtype) {
  CHECK(operands.size() == operands_.size() && roots.size() == order_.roots.size());
  for (const std::byte* operand : operands) CHECK(IsAligned(operand, dtype));
  for (const std::byte* root : roots) CHECK(IsAligned(root, dtype));
  const int64_t chunk = kChunkBytes / SizeOf(dtype);
  for (int64_t done = 0; done < count; done += chunk) {
    EvaluateChunk(operands, roots, done * SizeOf(dtype), std::min(chunk, count - done), dtype);
  }
}

void TreeSum::EvaluateChunk(std::span<const std::byte* const> operands,
                            std::span<std::byte* const> roots, int64_t offset_bytes, int64_t count,
                            DType dtype) {
  size_t height = 0;  // above the roots that are already finished
  for (size_t i = 0; i < operands.size(); ++i) {
    stack_[height++] = operands[i] + offset_bytes;
    const int root = root_of_operand_[i];
    std::byte* out = roots[root] + offset_bytes;
    const bool finishes_root = operands_[i].last == order_.roots[root].last;
    for (int left = order_.additions[i]; left > 0; --left) {
      --height;
      std::byte* sum = left == 1 && finishes_root ? out : &scratch_[(height - 1) * kChunkBytes];
      ElementwiseSum(dtype, stack_[height - 1], stack_[height], sum, count);
      stack_[height - 1] = sum;
    }
    if (!finishes_root) continue;
    if (stack_[0] != out) std::memcpy(out, stack_[0], count * SizeOf(dtype));
    height = 0;
  }
}

}  // namespace tricorn::comm
