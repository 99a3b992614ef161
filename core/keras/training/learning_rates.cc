#include "core/keras/training/learning_rates.h"

#include "core/base/status.h"

namespace tricorn::keras {

absl::StatusOr<double> LearningRates::Get(const Optimizer& optimizer, DeviceState& state) {
  Tensor rate(DType::kF32, {});
  if (const Variable* variable = optimizer.learning_rate_variable()) {
    ASSIGN_OR_RETURN(const backend::Buffer buffer, state.BufferOf(*variable));
    RETURN_IF_ERROR(state.device().Download(buffer, rate));
    return rate.At(0);
  }
  std::unique_ptr<Function>& function = scheduled_[&optimizer];
  if (function == nullptr) {
    const auto body = [&](CallContext& context, ir::Operands) -> absl::StatusOr<Function::Outputs> {
      return Function::Outputs{{"rate", optimizer.Rate(context)}};
    };
    ASSIGN_OR_RETURN(function, Function::Compile(state.device(), {}, body, {}));
  }
  ASSIGN_OR_RETURN(const backend::Buffer buffer, state.device().Allocate(rate.nbytes()));
  RETURN_IF_ERROR(function->Run(state, {}, {{buffer}}, {}));
  RETURN_IF_ERROR(state.device().Download(buffer, rate));
  return rate.At(0);
}

absl::Status LearningRates::Set(const Optimizer& optimizer, double rate, DeviceState& state) {
  Variable* variable = optimizer.learning_rate_variable();
  if (variable == nullptr) {
    return FailedPrecondition("{}: expected a learning rate that is a number, to set it to {}",
                              optimizer.name(), rate);
  }
  variable->value = Tensor::Scalar(static_cast<float>(rate));
  ASSIGN_OR_RETURN(const backend::Buffer buffer, state.BufferOf(*variable));
  return state.device().Upload(variable->value, buffer);
}

}  // namespace tricorn::keras
