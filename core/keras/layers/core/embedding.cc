#include "core/keras/layers/core/embedding.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"

namespace tricorn::keras::layers {

absl::Status Embedding::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(ExpectPositive("input_dim", config_.input_dim));
  RETURN_IF_ERROR(ExpectPositive("output_dim", config_.output_dim));
  RETURN_IF_ERROR(ExpectPlainWeights(config_.lora_rank.has_value(), config_.quantization_config));
  embeddings_ = AddWeight({.name = "embeddings",
                           .shape = {config_.input_dim, config_.output_dim},
                           .initializer = config_.embeddings_initializer,
                           .regularizer = config_.embeddings_regularizer,
                           .constraint = config_.embeddings_constraint});
  return absl::OkStatus();
}

ir::Value Embedding::Call(CallContext& context, ir::Value x) {
  const ir::Value indices = IsInteger(x.dtype()) ? x : ops::Cast(x, DType::kI32);
  return ops::Take(Weight(context, embeddings_), indices, 0);
}

ir::Value Embedding::ComputeMask(CallContext&, ir::Operands inputs) {
  return ops::NotEqual(inputs[0], 0);
}

}  // namespace tricorn::keras::layers
