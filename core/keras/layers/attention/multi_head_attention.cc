#include "core/keras/layers/attention/multi_head_attention.h"

#include <algorithm>

#include "core/keras/layers/input_checks.h"

namespace tricorn::keras::layers {

Json MultiHeadAttention::GetConfig() const {
  Json config = LayerWith::GetConfig();
  config.Set("value_dim", value_dim());
  if (config_.output_shape) {
    config.Set("output_shape", tricorn::ToJson(config_.output_shape->axes()));
  }
  if (!axes_.empty()) config.Set("attention_axes", tricorn::ToJson(axes_));
  return config;
}

absl::Status MultiHeadAttention::CheckConfig() const {
  RETURN_IF_ERROR(LayerWith::CheckConfig());
  RETURN_IF_ERROR(ExpectPositive("num_heads", config_.num_heads));
  RETURN_IF_ERROR(ExpectPositive("key_dim", config_.key_dim));
  RETURN_IF_ERROR(ExpectPositive("value_dim", value_dim()));
  RETURN_IF_ERROR(ExpectPositive("sliding_window", config_.sliding_window.value_or(1)));
  if (!config_.output_shape) return absl::OkStatus();
  for (const int64_t length : config_.output_shape->axes()) {
    RETURN_IF_ERROR(ExpectPositive("output_shape", length));
  }
  return absl::OkStatus();
}

absl::Status MultiHeadAttention::ResolveAxes(int rank) {
  axes_.clear();
  if (!config_.attention_axes) {
    for (int64_t axis = 1; axis < rank - 1; ++axis) axes_.push_back(axis);
    return absl::OkStatus();
  }
  for (const int64_t axis : config_.attention_axes->axes()) {
    const int64_t at = axis < 0 ? axis + rank : axis;
    if (at < 1 || at > rank - 2 || std::count(axes_.begin(), axes_.end(), at) > 0) {
      return InvalidArgument(
          "attention_axes: expected different axes between the batch and the last, received {}",
          axis);
    }
    axes_.push_back(at);
  }
  return axes_.empty() ? InvalidArgument("attention_axes: expected one at least")
                       : absl::OkStatus();
}

absl::Status MultiHeadAttention::BuildWith(const CallArguments<SymbolicType>& arguments) {
  ASSIGN_OR_RETURN(const AttentionTypes types, ReadAttentionTypes(arguments));
  RETURN_IF_ERROR(ResolveAxes(types.query.rank()));
  std::vector<int64_t> output_shape;
  if (config_.output_shape) {
    output_shape = config_.output_shape->axes();
  } else {
    ASSIGN_OR_RETURN(output_shape.emplace_back(), ExpectKnownAxis(types.query, -1));
  }
  return BuildHeads(types,
                    {.queries = config_.num_heads,
                     .keys = config_.num_heads,
                     .key_dim = config_.key_dim,
                     .value_dim = value_dim(),
                     .use_gate = config_.use_gate,
                     .axes = axes_,
                     .sliding_window = config_.sliding_window,
                     .dropout = config_.dropout,
                     .seed = config_.seed},
                    output_shape, ToProjectionOptions(config_, *this));
}

}  // namespace tricorn::keras::layers
