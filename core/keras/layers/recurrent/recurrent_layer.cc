#include "core/keras/layers/recurrent/recurrent_layer.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kStateName = "rnn_state";

Json ShapesOf(const Nest<SymbolicType>& types) {
  return types.MapToJson([](const SymbolicType& type) { return ToJson(type.shape); });
}

template <typename T>
const Nest<T>* InitialStateOf(const CallArguments<T>& arguments) {
  const Nest<T>* given = arguments.Keyword("initial_state");
  if (given == nullptr && arguments.args.size() > 1) given = &arguments.args[1];
  return given != nullptr && given->Flatten().empty() ? nullptr : given;
}

}  // namespace

absl::Status RecurrentLayer::BuildWith(const CallArguments<SymbolicType>& arguments) {
  if (cell_ == nullptr) return InvalidArgument("cell: expected a cell of an RNN, received none");
  const std::vector<SymbolicType> inputs = arguments.Inputs();
  RETURN_IF_ERROR(ExpectMinRank(inputs, 3));
  const SymbolicType& input = inputs[0];
  SymbolicType step = input;
  step.shape.erase(step.shape.begin() + 1);
  RETURN_IF_ERROR(
      WithSubject(cell_->Build(CallArguments<SymbolicType>::Of({step})), cell_->DisplayName()));
  if (!options().stateful) return absl::OkStatus();
  if (!input.dim(0)) {
    return InvalidArgument("stateful: expected a known batch size, received {}",
                           ToString(input.shape));
  }
  for (const Shape& shape : cell_->state_shapes()) {
    std::vector<int64_t> dims{*input.dim(0)};
    dims.insert(dims.end(), shape.begin(), shape.end());
    states_.push_back(AddWeight(
        {.name = std::string(kStateName), .shape = Shape(std::move(dims)), .trainable = false}));
  }
  for (Variable* state : StateVariables()) state->saved = false;
  return absl::OkStatus();
}

Json RecurrentLayer::BuildConfigFor(const CallArguments<SymbolicType>& arguments) const {
  const Nest<SymbolicType>* states = InitialStateOf(arguments);
  if (states == nullptr) return Layer::BuildConfigFor(arguments);
  return Json::MakeObject(
      {{"shapes_dict", Json::MakeObject({{"sequences_shape", ShapesOf(arguments.args[0])},
                                         {"initial_state_shape", ShapesOf(*states)}})}});
}

ir::Values RecurrentLayer::StartingState(CallContext& context,
                                         const CallArguments<ir::Value>& arguments) {
  ir::Values states;
  if (const Nest<ir::Value>* given = InitialStateOf(arguments)) {
    for (const ir::Value& state : given->Flatten()) {
      states.push_back(ops::Cast(state, cell_->compute_dtype()));
    }
  } else if (options().stateful) {
    for (const Variable* state : states_) {
      states.push_back(ops::Cast(context.Read(*state), cell_->compute_dtype()));
    }
  } else {
    states = cell_->InitialState(context, arguments.Inputs()[0].dim(0));
  }
  const size_t expected = cell_->state_shapes().size();
  if (states.size() != expected) {
    context.builder().SetError(
        InvalidArgument("initial_state: expected {} states, received {}", expected, states.size()));
  }
  return states;
}

ir::Values RecurrentLayer::CallLayer(CallContext& context,
                                     const CallArguments<ir::Value>& arguments) {
  const RecurrenceOptions recurrence = options();
  const ir::Value input = arguments.Inputs()[0];
  const ir::Values initial = StartingState(context, arguments);
  RecurrenceResult result;
  {
    const ir::Builder::Scope scope(context.builder(), cell_->name());
    result = RunRecurrence(context, *cell_, input, initial, context.MaskOf(input), recurrence);
  }
  if (recurrence.stateful && context.builder().ok()) {
    for (size_t i = 0; i < states_.size(); ++i) {
      context.Assign(*states_[i], ops::Cast(result.states[i], states_[i]->type.dtype));
    }
  }
  ir::Values outputs{Autocast(recurrence.return_sequences ? result.sequence : result.last)};
  if (recurrence.return_state) {
    for (const ir::Value& state : result.states) outputs.push_back(Autocast(state));
  }
  return outputs;
}

std::vector<Variable*> RecurrentLayer::StateVariables() const {
  std::vector<Variable*> states = own_variables();
  std::erase_if(states, [](const Variable* variable) { return variable->name != kStateName; });
  return states;
}

void RecurrentLayer::ResetState() {
  for (Variable* state : StateVariables()) {
    state->value = Tensor(state->type.dtype, state->type.shape);
  }
}

}  // namespace tricorn::keras
