#include "core/keras/training/value_and_gradient.h"

#include <utility>

#include "core/base/status.h"
#include "core/keras/remat/remat_recording.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::keras {
namespace {

absl::StatusOr<Tensor> Fetch(backend::Device& device, const backend::Buffer& buffer,
                             const ir::Type& type) {
  Tensor tensor = Tensor::Uninitialized(type.dtype, type.shape);
  RETURN_IF_ERROR(device.Download(buffer, tensor));
  return tensor;
}

}  // namespace

ValueAndGradient::ValueAndGradient(DeviceState& state, std::span<Variable* const> variables,
                                   Body body, Options options)
    : state_(state),
      variables_(variables.begin(), variables.end()),
      body_(std::move(body)),
      options_(options) {}

absl::StatusOr<ValueAndGradient::Compiled*> ValueAndGradient::CompiledFor(
    const std::vector<Tensor>& arguments) {
  std::vector<std::pair<std::string, ir::Type>> types;
  std::string key;
  for (const Tensor& tensor : arguments) {
    types.emplace_back(fmt::format("{}", types.size()), ir::Type{tensor.dtype(), tensor.shape()});
    key += types.back().second.ToString() + ";";
  }
  const auto found = functions_.find(key);
  if (found != functions_.end()) return &found->second;
  Compiled compiled;  // kept when it is whole: there may not be memory for all of it
  const auto body = [&](CallContext& context,
                        ir::Operands values) -> absl::StatusOr<Function::Outputs> {
    ir::Builder& builder = context.builder();
    ir::Values weights;
    for (const Variable* variable : variables_) weights.push_back(context.Read(*variable));
    const RematRecording recording(builder);
    ir::Value value = body_(context, values);
    RETURN_IF_ERROR(builder.status());
    if (value.rank() != 0 || !IsFloating(value.dtype())) {
      return InvalidArgument("value: expected a floating scalar, received {}",
                             value.type().ToString());
    }
    for (const CallContext::Loss& loss : context.losses()) {
      value = value + ops::Cast(ops::Sum(loss.value), value.dtype());
    }
    ASSIGN_OR_RETURN(const ir::Values gradients,
                     transform::Gradients(builder, {{value}}, {{ops::OnesLike(value)}}, weights,
                                          recording.Regions()));
    Function::Outputs outputs = {{"value", value}};
    for (size_t i = 0; i < gradients.size(); ++i) {
      outputs.emplace_back(fmt::format("gradient{}", i), gradients[i]);
    }
    return outputs;
  };
  ASSIGN_OR_RETURN(compiled.function, Function::Compile(state_.device(), types, body,
                                                        {.training = options_.training,
                                                         .num_threads = options_.num_threads}));
  for (const Tensor& tensor : arguments) {
    ASSIGN_OR_RETURN(compiled.arguments.emplace_back(), state_.device().Allocate(tensor.nbytes()));
  }
  for (const auto& [name, type] : compiled.function->results()) {
    ASSIGN_OR_RETURN(compiled.results.emplace_back(), state_.device().Allocate(type.nbytes()));
  }
  return &functions_.emplace(key, std::move(compiled)).first->second;
}

absl::StatusOr<ValueAndGradient::Result> ValueAndGradient::operator()(
    const std::vector<Tensor>& arguments) {
  ASSIGN_OR_RETURN(Compiled * compiled, CompiledFor(arguments));
  backend::Device& device = state_.device();
  for (size_t i = 0; i < arguments.size(); ++i) {
    RETURN_IF_ERROR(device.Upload(arguments[i], compiled->arguments[i]));
  }
  RETURN_IF_ERROR(compiled->function->Run(state_, compiled->arguments, compiled->results, {}));
  const auto& types = compiled->function->results();
  Result result;
  ASSIGN_OR_RETURN(result.value, Fetch(device, compiled->results[0], types[0].second));
  for (size_t i = 1; i < types.size(); ++i) {
    ASSIGN_OR_RETURN(result.gradients.emplace_back(),
                     Fetch(device, compiled->results[i], types[i].second));
  }
  return result;
}

GradientStep::GradientStep(DeviceState& state, Optimizer& optimizer,
                           std::span<Variable* const> variables)
    : state_(state), optimizer_(optimizer), variables_(variables.begin(), variables.end()) {}

absl::Status GradientStep::Compile() {
  RETURN_IF_ERROR(optimizer_.Build(variables_));
  std::vector<std::pair<std::string, ir::Type>> types;
  for (const Variable* variable : variables_) {
    types.emplace_back(fmt::format("gradient{}", types.size()), variable->type);
  }
  const auto body = [&](CallContext& context,
                        ir::Operands gradients) -> absl::StatusOr<Function::Outputs> {
    optimizer_.Apply(context, gradients);
    return Function::Outputs{};
  };
  buffers_.clear();
  for (const auto& [name, type] : types) {
    ASSIGN_OR_RETURN(buffers_.emplace_back(), state_.device().Allocate(type.nbytes()));
  }
  ASSIGN_OR_RETURN(function_, Function::Compile(state_.device(), types, body, {.training = true}));
  return absl::OkStatus();
}

absl::Status GradientStep::Apply(const std::vector<Tensor>& gradients) {
  if (gradients.size() != variables_.size()) {
    return InvalidArgument("gradients: expected {}, one a variable, received {}", variables_.size(),
                           gradients.size());
  }
  if (function_ == nullptr) RETURN_IF_ERROR(Compile());
  for (size_t i = 0; i < gradients.size(); ++i) {
    const ir::Type& type = variables_[i]->type;
    if (gradients[i].shape() != type.shape) {
      return InvalidArgument("{}: expected a gradient of shape {}, received {}",
                             variables_[i]->path, type.shape.ToString(),
                             gradients[i].shape().ToString());
    }
    const Tensor& gradient = gradients[i];
    RETURN_IF_ERROR(state_.device().Upload(
        gradient.dtype() == type.dtype ? gradient : gradient.Cast(type.dtype), buffers_[i]));
  }
  return function_->Run(state_, buffers_, {}, {});
}

}  // namespace tricorn::keras
