#include "core/keras/layers/core/embedding.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status Embedding::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(BuildTable({.input_dim = config_.input_dim,
                              .output_dim = config_.output_dim,
                              .initializer = config_.embeddings_initializer,
                              .regularizer = config_.embeddings_regularizer,
                              .constraint = config_.embeddings_constraint,
                              .quantization = config_.quantization_config}));
  return BuildLora(config_.lora_rank, config_.lora_alpha);
}

ir::Value Embedding::Call(CallContext& context, ir::Value x) { return Lookup(context, x); }

ir::Value Embedding::ComputeMask(CallContext&, ir::Operands inputs) {
  return ops::NotEqual(inputs[0], 0);
}

void Embedding::SetLora(int64_t rank, double alpha) {
  config_.lora_rank = rank;
  config_.lora_alpha = alpha;
}

void Embedding::SetQuantization(QuantizationConfigRef config) {
  config_.quantization_config = std::move(config);
}

}  // namespace tricorn::keras::layers
