#include "core/keras/layers/attention/group_query_attention.h"

#include "core/keras/layers/input_checks.h"

namespace tricorn::keras::layers {

absl::Status GroupQueryAttention::CheckConfig() const {
  RETURN_IF_ERROR(LayerWith::CheckConfig());
  RETURN_IF_ERROR(ExpectPositive("head_dim", config_.head_dim));
  RETURN_IF_ERROR(ExpectPositive("num_query_heads", config_.num_query_heads));
  RETURN_IF_ERROR(ExpectPositive("num_key_value_heads", config_.num_key_value_heads));
  RETURN_IF_ERROR(ExpectPositive("sliding_window", config_.sliding_window.value_or(1)));
  if (config_.num_query_heads % config_.num_key_value_heads == 0) return absl::OkStatus();
  return InvalidArgument("num_query_heads: expected a multiple of {}, received {}",
                         config_.num_key_value_heads, config_.num_query_heads);
}

absl::Status GroupQueryAttention::BuildWith(const CallArguments<SymbolicType>& arguments) {
  ASSIGN_OR_RETURN(const AttentionTypes types, ReadAttentionTypes(arguments));
  RETURN_IF_ERROR(ExpectRank({&types.query, 1}, 3));
  ASSIGN_OR_RETURN(const int64_t size, ExpectKnownAxis(types.query, -1));
  return BuildHeads(types,
                    {.queries = config_.num_query_heads,
                     .keys = config_.num_key_value_heads,
                     .key_dim = config_.head_dim,
                     .value_dim = config_.head_dim,
                     .use_gate = config_.use_gate,
                     .axes = {1},
                     .sliding_window = config_.sliding_window,
                     .dropout = config_.dropout,
                     .seed = config_.seed},
                    {size}, ToProjectionOptions(config_, *this));
}

}  // namespace tricorn::keras::layers
