#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/comm/shard_tree.h"
#include "core/tensor/dtype.h"

namespace tricorn::comm {

// Sums arrays along the shard tree: one operand array for each of `operands` (disjoint nodes in
// shard order), one result for each node of `roots()`. Works in chunks that stay in the first-level
// cache, so memory is read and written once whatever the depth. Allocates only when constructed.
// For one thread at a time.
class TreeSum {
 public:
  TreeSum(std::vector<ShardRange> operands, int total_shards);

  const std::vector<ShardRange>& operands() const { return operands_; }
  const std::vector<ShardRange>& roots() const { return order_.roots; }

  // Arrays are aligned to their elements. A result may be exactly one of its own operands; other
  // overlap is not allowed.
  void Evaluate(std::span<const std::byte* const> operands, std::span<std::byte* const> roots,
                int64_t count, DType dtype);

 private:
  void EvaluateChunk(std::span<const std::byte* const> operands, std::span<std::byte* const> roots,
                     int64_t offset_bytes, int64_t count, DType dtype);

  const std::vector<ShardRange> operands_;
  const FoldOrder order_;
  const std::vector<int> root_of_operand_;
  std::vector<const std::byte*> stack_;  // partial sums: operands, or rows of scratch_
  std::vector<std::byte> scratch_;       // one chunk for each height of the stack
};

}  // namespace tricorn::comm
