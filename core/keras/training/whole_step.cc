#include "core/keras/training/whole_step.h"

#include "core/base/status.h"

namespace tricorn::keras {

absl::StatusOr<WholeStep::Compiled*> WholeStep::CompiledFor(const StepInputs& inputs) {
  Compiled& compiled = functions_[inputs.Key()];
  if (compiled.function != nullptr) return &compiled;
  const auto rows = static_cast<double>(inputs.rows());
  const auto body = [&](CallContext& context,
                        ir::Operands arguments) -> absl::StatusOr<Function::Outputs> {
    StepTrace trace(compiled_, ir::Value());
    ASSIGN_OR_RETURN(const StepSums sums,
                     trace.SumShard(context, inputs.Values(arguments), training_));
    RETURN_IF_ERROR(trace.Advance(context, sums, rows, training_, trace.statistics()));
    return Function::Outputs{};
  };
  ASSIGN_OR_RETURN(compiled.function,
                   Function::Compile(state_.device(), inputs.Types(), body,
                                     {.training = training_, .num_threads = num_threads_}));
  for (const auto& [name, type] : inputs.Types()) {
    ASSIGN_OR_RETURN(compiled.arguments.emplace_back(), state_.device().Allocate(type.nbytes()));
  }
  return &compiled;
}

absl::Status WholeStep::Run(const StepInputs& inputs) {
  ASSIGN_OR_RETURN(Compiled * compiled, CompiledFor(inputs));
  const std::vector<Tensor> tensors = inputs.Tensors();
  for (size_t i = 0; i < tensors.size(); ++i) {
    RETURN_IF_ERROR(state_.device().Upload(tensors[i], compiled->arguments[i]));
  }
  return compiled->function->Run(state_, compiled->arguments, {}, {});
}

absl::Status WholeStep::RunOnDevice(const StepInputs& like,
                                    std::span<const backend::Buffer> arguments) {
  ASSIGN_OR_RETURN(Compiled * compiled, CompiledFor(like));
  return compiled->function->Run(state_, arguments, {}, {});
}

}  // namespace tricorn::keras
