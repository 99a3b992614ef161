#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/ir/type.h"
#include "core/ops/attention/attention.h"

// What the CPU kernels of attention share: blocks of queries and keys of one head, whose logits are
// the only part of the softmax that is ever in memory.

namespace tricorn::backend::cpu {

inline constexpr int64_t kQueryBlock = 128;
inline constexpr int64_t kKeyBlock = 256;

struct AttentionLengths {
  int64_t batch, queries, heads, size, keys, groups, value_size;

  // Of q, k, v.
  explicit AttentionLengths(std::span<const ir::Type> x)
      : batch(x[0].shape[0]),
        queries(x[0].shape[1]),
        heads(x[0].shape[2]),
        size(x[0].shape[3]),
        keys(x[1].shape[1]),
        groups(x[1].shape[2]),
        value_size(x[2].shape[3]) {}
  int64_t group_of(int64_t head) const { return head / (heads / groups); }
};

// Where a block lies: queries [query, query + num_queries), keys likewise.
struct AttentionBlock {
  int64_t batch, head;
  int64_t query, num_queries;
  int64_t key, num_keys;
};

// An operand that broadcasts to (batch, heads, queries, keys).
class BroadcastLogits {
 public:
  explicit BroadcastLogits(const ir::Type& type);
  // The offset of an element, and how far it is from key to key (0 or 1).
  int64_t offset(int64_t batch, int64_t head, int64_t query, int64_t key) const {
    return batch * strides_[0] + head * strides_[1] + query * strides_[2] + key * strides_[3];
  }
  int64_t key_stride() const { return strides_[3]; }

 private:
  std::array<int64_t, 4> strides_;
};

// Computes logits block by block. float32.
class AttentionLogits {
 public:
  // `x` are the types of the op's operands.
  AttentionLogits(std::span<const ir::Type> x, const ops::AttentionAttrs& attrs);

  const AttentionLengths& lengths() const { return lengths_; }
  // Keys before this one are all that queries before `end_query` see, when nothing hides others.
  int64_t KeyLimit(int64_t end_query) const;
  // logits (num_queries, num_keys), dense, kUnseen where a query does not see a key. `operands`
  // are the op's.
  void Compute(std::span<const std::byte* const> operands, const AttentionBlock& block,
               float* logits) const;

 private:
  // Writes kUnseen where a query does not see a key.
  void Hide(std::span<const std::byte* const> operands, const AttentionBlock& block,
            float* logits) const;

  const AttentionLengths lengths_;
  const ops::AttentionAttrs attrs_;
  const BroadcastLogits bias_;
  const BroadcastLogits mask_;
};

}  // namespace tricorn::backend::cpu
