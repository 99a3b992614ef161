#include "core/keras/layers/core/reversible_embedding.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status ReversibleEmbedding::BuildFrom(std::span<const SymbolicType>) {
  if (config_.reverse_dtype) {
    RETURN_IF_ERROR(WithSubject(ParseDType(*config_.reverse_dtype).status(), "reverse_dtype"));
  }
  RETURN_IF_ERROR(BuildTable({.input_dim = config_.input_dim,
                              .output_dim = config_.output_dim,
                              .initializer = config_.embeddings_initializer,
                              .regularizer = config_.embeddings_regularizer,
                              .constraint = config_.embeddings_constraint,
                              .quantization = config_.quantization_config,
                              .reverse_table = !config_.tie_weights}));
  return BuildLora(config_.lora_rank, config_.lora_alpha);
}

ir::Values ReversibleEmbedding::CallLayer(CallContext& context,
                                          const CallArguments<ir::Value>& arguments) {
  const std::vector<ir::Value> inputs = arguments.Inputs();
  bool reverse = false;
  const Nest<ir::Value>* flag = arguments.Keyword("reverse");
  if (flag == nullptr && arguments.args.size() == 2) flag = &arguments.args[1];
  const bool is_flag = flag == nullptr || (flag->is_literal() && flag->literal().is_bool());
  if (inputs.size() != 1 || !is_flag) {
    context.builder().SetError(
        InvalidArgument("expected one input and reverse as a bool, received {} inputs and {}",
                        inputs.size(), is_flag ? "a bool" : "another value"));
    return {ir::Value(&context.builder(), -1)};
  }
  if (flag != nullptr) reverse = flag->literal().AsBool();
  const ir::Value x = inputs[0];
  if (!reverse) {
    const ir::Value rows = Lookup(context, x);
    if (config_.mask_zero) context.SetMask(rows, ops::NotEqual(x, 0));
    return {rows};
  }
  std::optional<DType> dtype;
  if (config_.reverse_dtype) dtype = ParseDType(*config_.reverse_dtype).value();
  ir::Value logits = Reverse(context, Autocast(x), dtype);
  if (const std::optional<double> cap = config_.logit_soft_cap) {
    logits = ops::Tanh(logits / *cap) * *cap;
  }
  return {logits};
}

KerasTensor ReversibleEmbedding::Reversed(const KerasTensor& x) {
  CallArguments<KerasTensor> arguments({Nest<KerasTensor>(x)});
  arguments.kwargs.emplace_back("reverse", Nest<KerasTensor>(Json(true)));
  absl::StatusOr<std::vector<KerasTensor>> y = CallOn(std::move(arguments));
  return y.ok() ? (*y)[0] : KerasTensor(y.status());
}

void ReversibleEmbedding::SetLora(int64_t rank, double alpha) {
  config_.lora_rank = rank;
  config_.lora_alpha = alpha;
}

void ReversibleEmbedding::SetQuantization(QuantizationConfigRef config) {
  config_.quantization_config = std::move(config);
}

}  // namespace tricorn::keras::layers
