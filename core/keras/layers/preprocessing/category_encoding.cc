#include "core/keras/layers/preprocessing/category_encoding.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

absl::Status CategoryEncoding::BuildFrom(std::span<const SymbolicType>) {
  RETURN_IF_ERROR(ExpectPositive("num_tokens", config_.num_tokens));
  if (config_.sparse) return Unimplemented("sparse: expected false, received true");
  return ExpectOutput(config_.output_mode,
                      {CategoryOutput::kOneHot, CategoryOutput::kMultiHot, CategoryOutput::kCount});
}

ir::Values CategoryEncoding::CallLayer(CallContext& context,
                                       const CallArguments<ir::Value>& arguments) {
  const std::vector<ir::Value> inputs = arguments.Inputs();
  const Nest<ir::Value>* given = arguments.Keyword("count_weights");
  if (given == nullptr && arguments.args.size() == 2) given = &arguments.args[1];
  ir::Value weights;
  if (given != nullptr && given->is_leaf()) weights = ops::Cast(given->leaf(), compute_dtype());
  if (inputs.size() != 1 || (weights && config_.output_mode != CategoryOutput::kCount)) {
    context.builder().SetError(InvalidArgument(
        "expected one input, and count_weights in output_mode count alone, received {} inputs in "
        "output_mode {}",
        inputs.size(), ToJson(config_.output_mode).AsString()));
    return {ir::Value(&context.builder(), -1)};
  }
  return {EncodeCategories(inputs[0], config_.output_mode, config_.num_tokens, compute_dtype(),
                           weights)};
}

}  // namespace tricorn::keras::layers
