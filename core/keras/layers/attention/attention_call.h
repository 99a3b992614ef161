#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/layers/layer.h"

namespace tricorn::keras {

// The arguments of a call of MultiHeadAttention or GroupQueryAttention, by position or by name, in
// Keras's order.
struct AttentionCall {
  ir::Value query;  // (batch, queries, ..., size)
  ir::Value value;  // (batch, keys, ..., size)
  ir::Value key;    // value when not given
  bool has_key = false;
  ir::Value query_mask;  // (batch, queries); those not given are found on the values
  ir::Value value_mask;
  ir::Value key_mask;
  ir::Value attention_mask;  // (batch, queries, keys), or with an axis of heads before queries
  bool return_attention_scores = false;
  bool use_causal_mask = false;

  // Whether query t sees keys 0..t and nothing else restricts it.
  bool is_causal_only(const std::optional<int64_t>& sliding_window) const {
    return use_causal_mask && !sliding_window && !query_mask && !value_mask && !key_mask &&
           !attention_mask;
  }
};
// Errors: InvalidArgument for a missing or unknown argument, or one of another kind.
absl::StatusOr<AttentionCall> ReadAttentionCall(CallContext& context,
                                                const CallArguments<ir::Value>& arguments);

// All masks as one, bool, that broadcasts to (batch, queries, keys); none when there are none.
// Within a sliding window a query sees the keys fewer than `sliding_window` places away.
ir::Value CombinedMask(const AttentionCall& call, const std::optional<int64_t>& sliding_window);
// With axes of length 1 before its last 2 * `num_axes` ones, to `rank`.
ir::Value ExpandMask(ir::Value mask, int rank, int num_axes);

// The types of query, value and key, and what Keras's build_config says of them.
struct AttentionTypes {
  SymbolicType query;
  SymbolicType value;
  SymbolicType key;
};
absl::StatusOr<AttentionTypes> ReadAttentionTypes(const CallArguments<SymbolicType>& arguments);
Json AttentionBuildConfig(const CallArguments<SymbolicType>& arguments);

}  // namespace tricorn::keras
