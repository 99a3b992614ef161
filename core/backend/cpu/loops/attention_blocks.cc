#include "core/backend/cpu/loops/attention_blocks.h"

#include <algorithm>

#include "core/backend/cpu/onednn/onednn_sgemm.h"

namespace tricorn::backend::cpu {
namespace {

const ir::Type& OperandOr(std::span<const ir::Type> x, bool present, size_t i) {
  static const ir::Type one{DType::kF32, {1, 1, 1, 1}};
  return present ? x[i] : one;
}

}  // namespace

BroadcastLogits::BroadcastLogits(const ir::Type& type) {
  const std::vector<int64_t> strides = type.shape.Strides();
  for (size_t i = 0; i < 4; ++i) {
    strides_[i] = type.shape[static_cast<int>(i)] == 1 ? 0 : strides[i];
  }
}

AttentionLogits::AttentionLogits(std::span<const ir::Type> x, const ops::AttentionAttrs& attrs)
    : lengths_(x),
      attrs_(attrs),
      bias_(OperandOr(x, attrs.has_bias, 3)),
      mask_(OperandOr(x, attrs.has_mask, attrs.has_bias ? 4 : 3)) {}

int64_t AttentionLogits::KeyLimit(int64_t end_query) const {
  // A query whose mask hides all keys takes the mean of them all, the later ones too.
  const bool hides_later = attrs_.is_causal && !attrs_.has_mask;
  return hides_later ? std::min(end_query, lengths_.keys) : lengths_.keys;
}

void AttentionLogits::Compute(std::span<const std::byte* const> operands, const AttentionBlock& b,
                              float* logits) const {
  const AttentionLengths& n = lengths_;
  const auto* q = reinterpret_cast<const float*>(operands[0]) +
                  ((b.batch * n.queries + b.query) * n.heads + b.head) * n.size;
  const auto* k = reinterpret_cast<const float*>(operands[1]) +
                  ((b.batch * n.keys + b.key) * n.groups + n.group_of(b.head)) * n.size;
  Sgemm(b.num_queries, b.num_keys, n.size, static_cast<float>(attrs_.scale), {q, n.heads * n.size},
        {k, n.groups * n.size, true}, 0, logits, b.num_keys);
  if (attrs_.has_bias) {
    const auto* bias = reinterpret_cast<const float*>(operands[3]);
    const int64_t step = bias_.key_stride();
    for (int64_t t = 0; t < b.num_queries; ++t) {
      const float* from = bias + bias_.offset(b.batch, b.head, b.query + t, b.key);
      float* row = logits + t * b.num_keys;
      for (int64_t s = 0; s < b.num_keys; ++s) row[s] += from[s * step];
    }
  }
  Hide(operands, b, logits);
}

void AttentionLogits::Hide(std::span<const std::byte* const> operands, const AttentionBlock& b,
                           float* logits) const {
  constexpr auto kValue = static_cast<float>(ops::kUnseen);
  if (attrs_.has_mask) {
    const auto* mask = reinterpret_cast<const bool*>(operands[attrs_.has_bias ? 4 : 3]);
    const int64_t step = mask_.key_stride();
    for (int64_t t = 0; t < b.num_queries; ++t) {
      const bool* from = mask + mask_.offset(b.batch, b.head, b.query + t, b.key);
      float* row = logits + t * b.num_keys;
      for (int64_t s = 0; s < b.num_keys; ++s) row[s] = from[s * step] ? row[s] : kValue;
    }
  }
  if (!attrs_.is_causal) return;
  for (int64_t t = 0; t < b.num_queries; ++t) {
    const int64_t first = std::max<int64_t>(b.query + t + 1 - b.key, 0);
    float* row = logits + t * b.num_keys;
    if (first < b.num_keys) std::fill(row + first, row + b.num_keys, kValue);
  }
}

}  // namespace tricorn::backend::cpu
