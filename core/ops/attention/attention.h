#pragma once

#include <optional>

#include "core/ops/op.h"

// Attention of queries to keys, head by head: q (batch, queries, heads, size), k (batch, keys,
// groups, size), v (batch, keys, groups, value size). Heads come in as many groups as k and v have;
// those of a group share its keys and values.

namespace tricorn::ops {

struct AttentionAttrs {
  double scale = 1;
  bool is_causal = false;  // query t sees keys 0..t
  bool has_bias = false;
  bool has_mask = false;
  FIELDS(scale, is_causal, has_bias, has_mask)
};
// y_t = sum_s p_ts v_s,  p = softmax over s of scale q_t.k_s + bias_ts, kUnseen added where query t
// does not see key s: one that sees none takes the mean of all values, and its gradients flow as if
// it saw all keys with logits of one size.
// Operands: q, k, v of one floating type; if has_bias, bias (1|batch, 1|heads, 1|queries, 1|keys)
// of their dtype; if has_mask, mask (the same, bool).
// Results: y (batch, queries, heads, value size); log_sum (batch, heads, queries), the logarithm of
// the sum of exponentials that p divides by, float32 if q is half.
extern const OpDef kDotProductAttention;
struct AttentionGradientAttrs {
  AttentionAttrs attention = {};
  bool has_log_sum_gradient = false;
  FIELDS(attention, has_log_sum_gradient)
};
// Operands: those of dot_product_attention, its log_sum and y, dy, and, if has_log_sum_gradient,
// the gradient of log_sum. Results: the gradients in q, k, v and, if has_bias, bias.
extern const OpDef kDotProductAttentionGradient;

// What is added to the logit of a key that a query does not see; nothing is left of the logit.
// Source: Keras's dot_product_attention on torch. (On JAX no gradient flows where no key is seen.)
inline constexpr double kUnseen = -0.7 * 3.38953e38;

struct AttentionOptions {
  Value bias = {};
  Value mask = {};                             // of any dtype: where it is not 0
  std::optional<double> scale = std::nullopt;  // 1 / sqrt(size) when none
  bool is_causal = false;
};
// bias and mask broadcast to (batch, heads, queries, keys); dtypes are promoted.
// Source: Keras 3 `keras.ops.dot_product_attention`; heads in groups as JAX takes them.
Value DotProductAttention(Value q, Value k, Value v, const AttentionOptions& options = {});

}  // namespace tricorn::ops
