#include "core/keras/layers/operation.h"

#include <set>
#include <span>

#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

using Arguments = CallArguments<SymbolicType>;

// Lengths for free axes. Which of them fit depends on the operation: one that divides an axis wants
// many divisors, one that halves it and doubles it again powers of two.
constexpr int64_t kTraceLengths[][2] = {{240, 480}, {256, 512}, {2520, 5040}};
constexpr size_t kMaxKnownLengths = 8;  // so that what fails does so soon

absl::StatusOr<ir::Types> TraceTypes(Operation& operation, const Arguments& arguments,
                                     int64_t length) {
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

// Traces twice: where the outputs differ, they are free.
absl::StatusOr<std::vector<SymbolicType>> TypesBetween(Operation& operation,
                                                       const Arguments& arguments,
                                                       const int64_t (&lengths)[2]) {
  ASSIGN_OR_RETURN(const ir::Types first, TraceTypes(operation, arguments, lengths[0]));
  ASSIGN_OR_RETURN(const ir::Types second, TraceTypes(operation, arguments, lengths[1]));
  std::vector<SymbolicType> outputs;
  for (size_t i = 0; i < first.size(); ++i) {
    if (i >= second.size() || first[i].rank() != second[i].rank()) {
      return InvalidArgument("{}: expected outputs whose rank does not depend on lengths",
                             operation.DisplayName());
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

// The arguments with the free axes of each tensor as long as `known(tensor, axis)`, where it says.
template <typename F>
Arguments Narrowed(const Arguments& arguments, F&& known) {
  return arguments.Map([&](const SymbolicType& type) {
    SymbolicType narrow = type;
    for (size_t axis = 0; axis < type.shape.size(); ++axis) {
      if (!type.shape[axis]) narrow.shape[axis] = known(type, axis);
    }
    return narrow;
  });
}

// What free axes that meet known ones can be: as long as the same axis of another tensor; as long
// as an axis of any, the batch aside.
std::vector<Arguments> Narrowed(const Arguments& arguments) {
  const std::vector<SymbolicType> tensors = arguments.Tensors();
  std::set<int64_t> lengths;
  for (const SymbolicType& tensor : tensors) {
    for (const std::optional<int64_t>& length : tensor.shape) {
      if (length.value_or(1) > 1 && lengths.size() < kMaxKnownLengths) lengths.insert(*length);
    }
  }
  if (tensors.size() < 2 || lengths.empty()) return {};
  std::vector<Arguments> narrowed{Narrowed(arguments, [&](const SymbolicType& type, size_t axis) {
    for (const SymbolicType& other : tensors) {
      if (other.rank() == type.rank() && other.shape[axis].value_or(1) > 1)
        return other.shape[axis];
    }
    return std::optional<int64_t>();
  })};
  for (const int64_t length : lengths) {
    narrowed.push_back(Narrowed(arguments, [&](const SymbolicType&, size_t axis) {
      return axis == 0 ? std::nullopt : std::optional<int64_t>(length);
    }));
  }
  return narrowed;
}

}  // namespace

absl::StatusOr<std::vector<SymbolicType>> Operation::OutputTypes(const Arguments& arguments) {
  const auto types = TypesBetween(*this, arguments, kTraceLengths[0]);
  if (types.ok()) return types;
  for (const Arguments& narrowed : Narrowed(arguments)) {
    const auto others = TypesBetween(*this, narrowed, kTraceLengths[0]);
    if (others.ok()) return others;
  }
  for (const auto& lengths : std::span(kTraceLengths).subspan(1)) {
    const auto others = TypesBetween(*this, arguments, lengths);
    if (others.ok()) return others;
  }
  return types;
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
