#pragma once

#include <optional>

#include "core/keras/layers/attention/attention_of.h"
#include "core/keras/layers/attention/projected_attention.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct GroupQueryAttentionConfig {
  int64_t head_dim = 0;
  int64_t num_query_heads = 0;
  int64_t num_key_value_heads = 0;
  bool use_bias = true;
  bool use_gate = false;
  std::optional<int64_t> sliding_window = std::nullopt;
  double dropout = 0.0;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(head_dim, num_query_heads, num_key_value_heads, use_bias, use_gate, sliding_window,
         dropout, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
         activity_regularizer, kernel_constraint, bias_constraint, seed)
};

namespace layers {

// As MultiHeadAttention, with fewer heads of keys and values than of queries: query head i reads
// head i / (num_query_heads / num_key_value_heads) of them.
// Inputs:   query (batch, queries, size), value (batch, keys, size), key as value; arguments as
//           AttentionCall has them.
// Outputs:  y (batch, queries, size); the softmax (batch, query heads, queries, keys) if asked for.
// Weights:  those of the EinsumDense layers query, key, gate (if use_gate), value and
//           attention_output.
// Errors:   InvalidArgument for sizes below 1 or heads that do not divide.
// Source:   Ainslie et al. 2023; Keras 3 `GroupQueryAttention`.
class GroupQueryAttention
    : public LayerWith<GroupQueryAttention, GroupQueryAttentionConfig, ProjectedAttention> {
 public:
  static constexpr std::string_view kClassName = "GroupQueryAttention";
  using LayerWith::LayerWith;

  std::string_view saved_class_name() const override { return "GroupedQueryAttention"; }

 protected:
  absl::Status CheckConfig() const override;
  absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) override;
  std::string attribute_prefix() const override { return "_"; }
};

}  // namespace layers

using GroupQueryAttention = AttentionOf<layers::GroupQueryAttention>;

}  // namespace tricorn::keras
