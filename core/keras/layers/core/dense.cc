#include "core/keras/layers/core/dense.h"

#include "core/keras/layers/input_checks.h"

namespace tricorn::keras::layers {

absl::Status Dense::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(ExpectPositive("units", config_.units));
  RETURN_IF_ERROR(ExpectMinRank(inputs, 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], -1));
  ASSIGN_OR_RETURN(EinsumEquation equation,
                   EinsumEquation::Parse("...x,xy->...y", inputs[0].rank()));
  RETURN_IF_ERROR(BuildKernel({.equation = std::move(equation),
                               .shape = {in, config_.units},
                               .initializer = config_.kernel_initializer,
                               .regularizer = config_.kernel_regularizer,
                               .constraint = config_.kernel_constraint,
                               .quantization = config_.quantization_config,
                               .flat_scale = true,
                               .ternary = true}));
  if (config_.use_bias) {
    AddBias({.name = "bias",
             .shape = {config_.units},
             .initializer = config_.bias_initializer,
             .regularizer = config_.bias_regularizer,
             .constraint = config_.bias_constraint});
  }
  return BuildLora(config_.lora_rank, config_.lora_alpha);
}

ir::Value Dense::Call(CallContext& context, ir::Value x) {
  return config_.activation(ApplyKernel(context, x));
}

void Dense::SetLora(int64_t rank, double alpha) {
  config_.lora_rank = rank;
  config_.lora_alpha = alpha;
}

void Dense::SetQuantization(QuantizationConfigRef config) {
  config_.quantization_config = std::move(config);
}

}  // namespace tricorn::keras::layers
