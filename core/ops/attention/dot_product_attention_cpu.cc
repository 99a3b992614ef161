#include <algorithm>
#include <cmath>
#include <limits>

#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/loops/attention_blocks.h"
#include "core/backend/cpu/loops/row_loops.h"
#include "core/backend/cpu/onednn/onednn_sgemm.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/elementwise/scalar.h"

namespace tricorn::backend::cpu {
namespace {

int64_t Aligned(int64_t nbytes) { return (nbytes + 63) / 64 * 64; }

bool IsFloat(std::span<const ir::Type> x) { return x[0].dtype == DType::kF32; }

bool IsEmpty(const AttentionLengths& n) {
  return n.batch * n.queries * n.heads * n.size * n.keys * n.value_size == 0;
}

// row = exp(row - top); the sum.
float Exponentials(int64_t count, float top, float* row) {
  for (int64_t s = 0; s < count; ++s) row[s] = ops::scalar::exp(row[s] - top);
  return SumRow(count, [&](int64_t s) { return row[s]; });
}

// Block after block of keys, the sums so far scaled down when a greater logit comes: memory for one
// block of logits a thread.
// Source: Dao et al. 2022, "FlashAttention".
class ForwardKernel : public Kernel {
 public:
  ForwardKernel(AttentionLogits logits, int num_threads)
      : logits_(std::move(logits)), num_threads_(num_threads) {}

  int64_t workspace_nbytes() const override {
    return NumPieces(num_threads_, NumTasks(), 1) * PieceNbytes();
  }

  absl::Status Run(const KernelArgs& args) const override {
    ParallelPieces(num_threads_, NumTasks(), 1, [&](int64_t piece, int64_t begin, int64_t end) {
      auto* block = reinterpret_cast<float*>(args.workspace + piece * PieceNbytes());
      for (int64_t task = begin; task < end; ++task) {
        const int64_t blocks = NumQueryBlocks();
        Attend(args, task / blocks / n().heads, task / blocks % n().heads,
               task % blocks * kQueryBlock, block);
      }
    });
    return absl::OkStatus();
  }

 private:
  const AttentionLengths& n() const { return logits_.lengths(); }
  int64_t NumQueryBlocks() const { return (n().queries + kQueryBlock - 1) / kQueryBlock; }
  int64_t NumTasks() const { return n().batch * n().heads * NumQueryBlocks(); }
  int64_t PieceNbytes() const { return Aligned(kQueryBlock * std::min(kKeyBlock, n().keys) * 4); }

  void Attend(const KernelArgs& args, int64_t batch, int64_t head, int64_t query,
              float* block) const {
    const int64_t num_queries = std::min(kQueryBlock, n().queries - query);
    const int64_t y_stride = n().heads * n().value_size;
    float* y =
        args.result<float>(0) + (batch * n().queries + query) * y_stride + head * n().value_size;
    float top[kQueryBlock], sum[kQueryBlock];
    std::fill_n(top, num_queries, std::numeric_limits<float>::lowest());
    std::fill_n(sum, num_queries, 0.0f);
    const int64_t limit = logits_.KeyLimit(query + num_queries);
    for (int64_t key = 0; key < limit; key += kKeyBlock) {
      const int64_t num_keys = std::min(kKeyBlock, limit - key);
      logits_.Compute(args.operands, {batch, head, query, num_queries, key, num_keys}, block);
      for (int64_t t = 0; t < num_queries; ++t) {
        float* row = block + t * num_keys;
        const float before = top[t];
        top[t] = ReduceRow(
            num_keys, before, [&](int64_t s) { return row[s]; },
            [](float a, float b) { return a > b ? a : b; });
        const float kept = top[t] == before ? 1.0f : ops::scalar::exp(before - top[t]);
        sum[t] = sum[t] * kept + Exponentials(num_keys, top[t], row);
        if (key == 0 || kept == 1.0f) continue;
        for (int64_t h = 0; h < n().value_size; ++h) y[t * y_stride + h] *= kept;
      }
      const float* v =
          args.operand<float>(2) +
          ((batch * n().keys + key) * n().groups + n().group_of(head)) * n().value_size;
      Sgemm(num_queries, n().value_size, num_keys, 1, {block, num_keys},
            {v, n().groups * n().value_size}, key == 0 ? 0 : 1, y, y_stride);
    }
    float* log_sum = args.result<float>(1) + (batch * n().heads + head) * n().queries + query;
    for (int64_t t = 0; t < num_queries; ++t) {
      const float scale = 1 / sum[t];
      for (int64_t h = 0; h < n().value_size; ++h) y[t * y_stride + h] *= scale;
      log_sum[t] = top[t] + std::log(sum[t]);
    }
  }

  const AttentionLogits logits_;
  const int num_threads_;
};

// Each thread has whole groups, so that nobody else adds to their keys' and values' gradients: the
// order of sums does not depend on the threads.
class BackwardKernel : public Kernel {
 public:
  BackwardKernel(AttentionLogits logits, const ops::AttentionGradientAttrs& attrs, int num_threads)
      : logits_(std::move(logits)),
        scale_(static_cast<float>(attrs.attention.scale)),
        first_(attrs.attention.has_mask ? 4 : 3),
        has_log_sum_gradient_(attrs.has_log_sum_gradient),
        num_threads_(num_threads) {}

  int64_t workspace_nbytes() const override {
    return NumPieces(num_threads_, NumTasks(), 1) * 2 * BlockNbytes();
  }

  absl::Status Run(const KernelArgs& args) const override {
    ParallelPieces(num_threads_, NumTasks(), 1, [&](int64_t piece, int64_t begin, int64_t end) {
      std::byte* workspace = args.workspace + piece * 2 * BlockNbytes();
      auto* p = reinterpret_cast<float*>(workspace);
      auto* dp = reinterpret_cast<float*>(workspace + BlockNbytes());
      for (int64_t task = begin; task < end; ++task) {
        const int64_t batch = task / n().groups, group = task % n().groups;
        Clear(args.result<float>(1), batch, group, n().size);
        Clear(args.result<float>(2), batch, group, n().value_size);
        const int64_t of_group = n().heads / n().groups;
        for (int64_t head = group * of_group; head < (group + 1) * of_group; ++head) {
          for (int64_t query = 0; query < n().queries; query += kQueryBlock) {
            Attend(args, batch, head, query, p, dp);
          }
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  const AttentionLengths& n() const { return logits_.lengths(); }
  int64_t NumTasks() const { return n().batch * n().groups; }
  int64_t BlockNbytes() const {
    return Aligned(std::min(kQueryBlock, n().queries) * std::min(kKeyBlock, n().keys) * 4);
  }

  // Zeroes one group of x (batch, keys, groups, size).
  void Clear(float* x, int64_t batch, int64_t group, int64_t size) const {
    for (int64_t s = 0; s < n().keys; ++s) {
      std::fill_n(x + ((batch * n().keys + s) * n().groups + group) * size, size, 0.0f);
    }
  }

  void Attend(const KernelArgs& args, int64_t batch, int64_t head, int64_t query, float* p,
              float* dp) const {
    const int64_t num_queries = std::min(kQueryBlock, n().queries - query);
    const int64_t of_queries = batch * n().queries + query;
    const int64_t q_stride = n().heads * n().size, y_stride = n().heads * n().value_size;
    const int64_t k_stride = n().groups * n().size, v_stride = n().groups * n().value_size;
    const int64_t q_at = of_queries * q_stride + head * n().size;
    const float* q = args.operand<float>(0) + q_at;
    float* dq = args.result<float>(0) + q_at;
    const int64_t y_at = of_queries * y_stride + head * n().value_size;
    const float* y = args.operand<float>(first_ + 1) + y_at;
    const float* dy = args.operand<float>(first_ + 2) + y_at;
    const int64_t row_at = (batch * n().heads + head) * n().queries + query;
    const float* log_sum = args.operand<float>(first_) + row_at;
    float delta[kQueryBlock];
    for (int64_t t = 0; t < num_queries; ++t) {
      delta[t] = SumRow(n().value_size,
                        [&](int64_t h) { return dy[t * y_stride + h] * y[t * y_stride + h]; });
      if (has_log_sum_gradient_) delta[t] -= args.operand<float>(first_ + 3)[row_at + t];
    }
    const int64_t limit = logits_.KeyLimit(query + num_queries);
    for (int64_t key = 0; key < limit; key += kKeyBlock) {
      const int64_t num_keys = std::min(kKeyBlock, limit - key);
      const AttentionBlock block{batch, head, query, num_queries, key, num_keys};
      const int64_t k_at = (batch * n().keys + key) * k_stride + n().group_of(head) * n().size;
      const int64_t v_at =
          (batch * n().keys + key) * v_stride + n().group_of(head) * n().value_size;
      const float* k = args.operand<float>(1) + k_at;
      const float* v = args.operand<float>(2) + v_at;
      logits_.Compute(args.operands, block, p);
      for (int64_t t = 0; t < num_queries; ++t)
        Probabilities(num_keys, log_sum[t], p + t * num_keys);
      Sgemm(num_keys, n().value_size, num_queries, 1, {p, num_keys, true}, {dy, y_stride}, 1,
            args.result<float>(2) + v_at, v_stride);
      Sgemm(num_queries, num_keys, n().value_size, 1, {dy, y_stride}, {v, v_stride, true}, 0, dp,
            num_keys);
      for (int64_t t = 0; t < num_queries; ++t) {
        float* slope = dp + t * num_keys;
        const float* weight = p + t * num_keys;
        for (int64_t s = 0; s < num_keys; ++s) slope[s] = weight[s] * (slope[s] - delta[t]);
      }
      Sgemm(num_queries, n().size, num_keys, scale_, {dp, num_keys}, {k, k_stride},
            key == 0 ? 0 : 1, dq, q_stride);
      Sgemm(num_keys, n().size, num_queries, scale_, {dp, num_keys, true}, {q, q_stride}, 1,
            args.result<float>(1) + k_at, k_stride);
    }
  }

  // From logits. Beside kUnseen the logarithm of the sum is lost.
  void Probabilities(int64_t num_keys, float log_sum, float* row) const {
    if (log_sum < static_cast<float>(ops::kUnseen / 2)) {
      std::fill_n(row, num_keys, 1 / static_cast<float>(n().keys));
    } else {
      for (int64_t s = 0; s < num_keys; ++s) row[s] = ops::scalar::exp(row[s] - log_sum);
    }
  }

  const AttentionLogits logits_;
  const float scale_;
  const size_t first_;  // of log_sum among the operands
  const bool has_log_sum_gradient_;
  const int num_threads_;
};

std::unique_ptr<Kernel> MakeForward(const KernelRequest& request) {
  AttentionLogits logits(request.operands, request.attrs.As<ops::AttentionAttrs>());
  if (!IsFloat(request.operands) || IsEmpty(logits.lengths())) return nullptr;
  return std::make_unique<ForwardKernel>(std::move(logits), request.num_threads);
}

// Not with a bias: its gradient sums over what threads share.
std::unique_ptr<Kernel> MakeBackward(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AttentionGradientAttrs>();
  AttentionLogits logits(request.operands, attrs.attention);
  if (!IsFloat(request.operands) || IsEmpty(logits.lengths()) || attrs.attention.has_bias) {
    return nullptr;
  }
  return std::make_unique<BackwardKernel>(std::move(logits), attrs, request.num_threads);
}

}  // namespace

void RegisterDotProductAttentionCpu(KernelRegistry& registry) {
  registry.Add(ops::kDotProductAttention, MakeForward);
  registry.Add(ops::kDotProductAttentionGradient, MakeBackward);
}

}  // namespace tricorn::backend::cpu
