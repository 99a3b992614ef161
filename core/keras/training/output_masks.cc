#include "core/keras/training/output_masks.h"

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

absl::StatusOr<std::vector<std::optional<Tensor>>> ComputeMask(Model& model,
                                                               backend::Device& device,
                                                               const std::vector<Tensor>& x) {
  ir::Builder builder;
  CallContext context(builder, false);
  ir::Values inputs;
  std::vector<Tensor> fed = x;
  for (const Tensor& tensor : x) {
    inputs.push_back(
        builder.Input(fmt::format("x{}", inputs.size()), {tensor.dtype(), tensor.shape()}));
  }
  const ir::Values outputs = model.Apply(context, inputs);
  RETURN_IF_ERROR(builder.status());
  for (const CallContext::ReadVariable& read : context.reads()) {
    fed.push_back(read.variable->value);
  }
  std::vector<std::pair<std::string, ir::Value>> results;
  std::vector<bool> has_mask;
  for (const ir::Value& output : outputs) {
    const ir::Value mask = context.MaskOf(output);
    has_mask.push_back(static_cast<bool>(mask));
    if (mask) {
      results.emplace_back(fmt::format("mask{}", results.size()), ops::Cast(mask, DType::kBool));
    }
  }
  if (results.empty()) return std::vector<std::optional<Tensor>>(outputs.size());
  ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish(results));
  ASSIGN_OR_RETURN(const std::vector<Tensor> values, device.Evaluate(graph, fed));
  std::vector<std::optional<Tensor>> masks;
  size_t next = 0;
  for (const bool has : has_mask) {
    masks.push_back(has ? std::optional<Tensor>(values[next++]) : std::nullopt);
  }
  return masks;
}

}  // namespace tricorn::keras
