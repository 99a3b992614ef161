#include "core/keras/layers/operation.h"

#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

// Lengths for free axes, with many divisors, for layers that divide an axis.
constexpr int64_t kTraceLengths[2] = {240, 480};

absl::StatusOr<ir::Types> TraceTypes(Operation& operation,
                                     const CallArguments<SymbolicType>& arguments, int64_t length) {
  ir::Builder builder;
  CallContext context(builder, false);
  int64_t count = 0;
  const CallArguments<ir::Value> values = arguments.Map([&](const SymbolicType& type) {
    return builder.Input("in" + std::to_string(count++), Concrete(type, length));
  });
  const ir::Values outputs = operation.CallWith(context, values);
  RETURN_IF_ERROR(builder.status());
  ir::Types types;
  for (const ir::Value& output : outputs) types.push_back(output.type());
  return types;
}

}  // namespace

absl::StatusOr<std::vector<SymbolicType>> Operation::OutputTypes(
    const CallArguments<SymbolicType>& arguments) {
  ASSIGN_OR_RETURN(const ir::Types first, TraceTypes(*this, arguments, kTraceLengths[0]));
  ASSIGN_OR_RETURN(const ir::Types second, TraceTypes(*this, arguments, kTraceLengths[1]));
  std::vector<SymbolicType> outputs;
  for (size_t i = 0; i < first.size(); ++i) {
    if (i >= second.size() || first[i].rank() != second[i].rank()) {
      return InvalidArgument("{}: expected outputs whose rank does not depend on lengths",
                             DisplayName());
    }
    SymbolicType type{first[i].dtype, ToSymbolic(first[i].shape)};
    for (int axis = 0; axis < type.rank(); ++axis) {
      if (first[i].shape[axis] != second[i].shape[axis]) {
        type.shape[static_cast<size_t>(axis)] = std::nullopt;
      }
    }
    outputs.push_back(std::move(type));
  }
  return outputs;
}

absl::StatusOr<std::vector<KerasTensor>> Operation::CallOn(CallArguments<KerasTensor> arguments) {
  for (const KerasTensor& tensor : arguments.Tensors()) {
    RETURN_IF_ERROR(tensor.status());
    if (!tensor.ok()) return InvalidArgument("{}: received an empty tensor", DisplayName());
  }
  const CallArguments<SymbolicType> types =
      arguments.Map([](const KerasTensor& tensor) { return tensor.type(); });
  RETURN_IF_ERROR(WithSubject(Build(types), DisplayName()));
  auto node = std::make_shared<CallNode>();
  ASSIGN_OR_RETURN(node->outputs, OutputTypes(types));
  node->operation = shared_from_this();
  node->arguments = std::move(arguments);
  node->call_index = num_calls_++;
  std::vector<KerasTensor> outputs;
  for (size_t i = 0; i < node->outputs.size(); ++i) outputs.emplace_back(node, static_cast<int>(i));
  return outputs;
}

KerasTensor Operation::Single(const std::vector<KerasTensor>& inputs) {
  absl::StatusOr<std::vector<KerasTensor>> outputs = CallOn(CallArguments<KerasTensor>::Of(inputs));
  if (!outputs.ok()) return KerasTensor(outputs.status());
  if (outputs->size() == 1) return (*outputs)[0];
  return KerasTensor(InvalidArgument("{}: expected one output, received {}: use CallOn",
                                     DisplayName(), outputs->size()));
}

std::shared_ptr<const CallNode> Operation::SourceNode(SymbolicType output) {
  auto node = std::make_shared<CallNode>();
  node->operation = shared_from_this();
  node->outputs.push_back(std::move(output));
  node->call_index = num_calls_++;
  return node;
}

std::string Operation::DisplayName() const {
  return name_.empty() ? ToSnakeCase(class_name()) : name_;
}

}  // namespace tricorn::keras
