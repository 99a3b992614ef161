#pragma once

#include <cstdint>
#include <vector>

#include "core/backend/cuda/dnn/dnn_graph.h"

namespace tricorn::backend::cuda {

// Attention as cuDNN's flash attention engines know it. q (batch, queries, heads, size), k and v
// (batch, keys, groups, size or value size), y as q of value size, all row-major, half precision.
struct DnnAttention {
  int64_t batch, queries, heads, size, keys, groups, value_size;
  DType dtype;
  float scale;
  bool is_causal;
  std::vector<int64_t> bias;  // (1|batch, 1|heads, 1|queries, 1|keys); empty for none
  DType bias_dtype;           // dtype or float32
  bool has_bias_gradient;     // in its gradient, which has the shape of the bias

  // Of the tensors in memory. log_sum and delta (batch, heads, queries) are float32; delta is a
  // place that the gradient works in.
  enum Id : int64_t { kQ = 1, kK, kV, kBias, kY, kLogSum, kDy, kDelta, kDq, kDk, kDv, kDbias };
};

// From q, k, v and bias to y and log_sum.
DnnGraph AttentionGraph(const DnnAttention& attention);
// From those, and dy, to dq, dk, dv and dbias. The products that give dq are added in one order, by
// way of the slopes of all logits in workspace: 2 batch heads queries keys bytes.
DnnGraph AttentionGradientGraph(const DnnAttention& attention);

}  // namespace tricorn::backend::cuda
