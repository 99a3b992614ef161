#pragma once

#include <optional>
#include <vector>

#include "core/keras/layers/attention/attention_of.h"
#include "core/keras/layers/attention/projected_attention.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

struct MultiHeadAttentionConfig {
  int64_t num_heads = 0;
  int64_t key_dim = 0;
  std::optional<int64_t> value_dim = std::nullopt;  // key_dim when none
  double dropout = 0.0;
  bool use_bias = true;
  bool use_gate = false;
  std::optional<AxisOrAxes> output_shape = std::nullopt;  // query's size when none
  std::optional<AxisOrAxes> attention_axes = std::nullopt;
  std::optional<int64_t> sliding_window = std::nullopt;
  InitializerRef kernel_initializer = "glorot_uniform";
  InitializerRef bias_initializer = "zeros";
  RegularizerRef kernel_regularizer = nullptr;
  RegularizerRef bias_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef kernel_constraint = nullptr;
  ConstraintRef bias_constraint = nullptr;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(num_heads, key_dim, value_dim, dropout, use_bias, use_gate, output_shape, attention_axes,
         sliding_window, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
         activity_regularizer, kernel_constraint, bias_constraint, seed)
};

namespace layers {

// Attention of num_heads heads, as ProjectedAttention.
// Inputs:   query (batch, queries..., size), value (batch, keys..., size), key as value; arguments
//           as AttentionCall has them. Attention is along attention_axes, all between the batch and
//           the last by default; other axes are as the batch.
// Outputs:  y (batch, queries..., output_shape or size); the softmax (batch, heads, queries...,
//           keys...) if asked for.
// Weights:  those of the EinsumDense layers query, key, gate (if use_gate), value and
//           attention_output.
// Errors:   InvalidArgument for sizes below 1 or axes that do not exist.
// Source:   Vaswani et al. 2017; Keras 3 `MultiHeadAttention`.
class MultiHeadAttention
    : public LayerWith<MultiHeadAttention, MultiHeadAttentionConfig, ProjectedAttention> {
 public:
  static constexpr std::string_view kClassName = "MultiHeadAttention";
  using LayerWith::LayerWith;

  // With value_dim and, once built, attention_axes as they were resolved.
  Json GetConfig() const override;

 protected:
  absl::Status CheckConfig() const override;
  absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) override;
  std::string attribute_prefix() const override { return ""; }
  // Keras's layer takes the argument and reads the query's own mask.
  bool takes_query_mask() const override { return false; }
  // The layers inside have it.
  const Regularizer* activity_regularizer() const override { return nullptr; }

 private:
  int64_t value_dim() const { return config_.value_dim.value_or(config_.key_dim); }
  // For a query of `rank` axes.
  absl::Status ResolveAxes(int rank);

  std::vector<int64_t> axes_;
};

}  // namespace layers

using MultiHeadAttention = AttentionOf<layers::MultiHeadAttention>;

}  // namespace tricorn::keras
