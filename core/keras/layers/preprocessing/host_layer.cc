#include "core/keras/layers/preprocessing/host_layer.h"

namespace tricorn::keras {

absl::StatusOr<std::vector<SymbolicType>> HostLayer::OutputTypes(
    const CallArguments<SymbolicType>& arguments) {
  const std::vector<SymbolicType> inputs = arguments.Inputs();
  absl::StatusOr<SymbolicType> type = OutputType(inputs);
  if (!type.ok()) return WithSubject(type.status(), DisplayName());
  return std::vector<SymbolicType>{*std::move(type)};
}

ir::Values HostLayer::CallLayer(CallContext& context, const CallArguments<ir::Value>&) {
  context.builder().SetError(
      Unimplemented("{}: expected to be applied to the data before they reach the model, received "
                    "a model to run with it inside",
                    class_name()));
  return {ir::Value(&context.builder(), -1)};
}

const Shape& ShapeOf(const HostValue& value) {
  const auto* tensor = std::get_if<Tensor>(&value);
  return tensor != nullptr ? tensor->shape() : std::get<StringTensor>(value).shape;
}

std::vector<std::string> AsStrings(const HostValue& value) {
  if (const auto* strings = std::get_if<StringTensor>(&value)) return strings->values;
  const Tensor numbers = std::get<Tensor>(value).Cast(DType::kI64);
  std::vector<std::string> texts;
  for (const int64_t number : numbers.values<int64_t>()) texts.push_back(std::to_string(number));
  return texts;
}

absl::StatusOr<const HostValue*> OneInput(std::span<const HostValue> inputs) {
  if (inputs.size() == 1) return &inputs[0];
  return InvalidArgument("expected one input, received {}", inputs.size());
}

}  // namespace tricorn::keras
