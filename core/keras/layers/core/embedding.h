#pragma once

#include <optional>

#include "core/keras/layers/core/embedding_layer.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct EmbeddingConfig {
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
  FIELDS(input_dim, output_dim, embeddings_initializer, embeddings_regularizer,
         activity_regularizer, embeddings_constraint, mask_zero, lora_rank, lora_alpha,
         quantization_config)
};

namespace layers {

// y = embeddings[x], a row for each index.
// Inputs:   x (any shape), integers in [0, input_dim), or floats that are truncated to them.
// Outputs:  y (x's shape..., output_dim); with mask_zero a mask, x != 0.
// Weights:  embeddings (input_dim, output_dim), in the policy's form (EmbeddingLayer).
// Errors:   InvalidArgument unless both dims are positive.
// Source:   Keras 3 `Embedding`.
class Embedding : public LayerWith<Embedding, EmbeddingConfig, EmbeddingLayer> {
 public:
  static constexpr std::string_view kClassName = "Embedding";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool autocast() const override { return false; }
  bool supports_masking() const override { return config_.mask_zero; }
  ir::Value ComputeMask(CallContext& context, ir::Operands inputs) override;
  void SetLora(int64_t rank, double alpha) override;
  void SetQuantization(QuantizationConfigRef config) override;
};

}  // namespace layers

using Embedding = LayerOf<layers::Embedding>;

}  // namespace tricorn::keras
