#include "core/keras/layers/core/dense.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status Dense::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectPositive("units", config_.units));
  RETURN_IF_ERROR(ExpectPlainWeights(config_.lora_rank.has_value(), config_.quantization_config));
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], -1));
  kernel_ = AddWeight({.name = "kernel",
                       .shape = {in, config_.units},
                       .initializer = config_.kernel_initializer,
                       .regularizer = config_.kernel_regularizer,
                       .constraint = config_.kernel_constraint});
  if (!config_.use_bias) return absl::OkStatus();
  bias_ = AddWeight({.name = "bias",
                     .shape = {config_.units},
                     .initializer = config_.bias_initializer,
                     .regularizer = config_.bias_regularizer,
                     .constraint = config_.bias_constraint});
  return absl::OkStatus();
}

ir::Value Dense::Call(CallContext& context, ir::Value x) {
  ir::Value y = ops::Matmul(x, Weight(context, kernel_));
  if (bias_ != nullptr) y = y + Weight(context, bias_);
  return config_.activation(y);
}

}  // namespace tricorn::keras::layers
