#pragma once

#include <optional>
#include <string>

#include "core/keras/layers/core/embedding_layer.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct ReversibleEmbeddingConfig {
  int64_t input_dim = 0;
  int64_t output_dim = 0;
  InitializerRef embeddings_initializer = "uniform";
  RegularizerRef embeddings_regularizer = nullptr;
  RegularizerRef activity_regularizer = nullptr;
  ConstraintRef embeddings_constraint = nullptr;
  bool mask_zero = false;
  std::optional<int64_t> lora_rank = std::nullopt;
  std::optional<double> lora_alpha = std::nullopt;
  QuantizationConfigRef quantization_config = nullptr;
  bool tie_weights = true;
  std::optional<std::string> reverse_dtype = std::nullopt;
  std::optional<double> logit_soft_cap = std::nullopt;
  FIELDS(input_dim, output_dim, embeddings_initializer, embeddings_regularizer,
         activity_regularizer, embeddings_constraint, mask_zero, lora_rank, lora_alpha,
         quantization_config, tie_weights, reverse_dtype, logit_soft_cap)
};

namespace layers {

// An Embedding, and with `reverse=True` the way back: logits = x . e, e the table's transpose or,
// without tie_weights, a table of its own; then c * tanh(logits / c), c = logit_soft_cap.
// Inputs:   x (any shape), integers; on the way back (..., output_dim), floating.
// Outputs:  (x's shape..., output_dim), with mask_zero a mask; on the way back (..., input_dim).
// Weights:  embeddings (input_dim, output_dim); reverse_embeddings (output_dim, input_dim).
// Errors:   InvalidArgument unless both dims are positive and reverse_dtype is a dtype.
// Source:   Keras 3 `ReversibleEmbedding`.
class ReversibleEmbedding
    : public LayerWith<ReversibleEmbedding, ReversibleEmbeddingConfig, EmbeddingLayer> {
 public:
  static constexpr std::string_view kClassName = "ReversibleEmbedding";
  using LayerWith::LayerWith;

  // The way back, on symbolic tensors.
  KerasTensor Reversed(const KerasTensor& x);

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;
  bool autocast() const override { return false; }
  void SetLora(int64_t rank, double alpha) override;
  void SetQuantization(QuantizationConfigRef config) override;
};

}  // namespace layers

using ReversibleEmbedding = LayerOf<layers::ReversibleEmbedding>;

}  // namespace tricorn::keras
