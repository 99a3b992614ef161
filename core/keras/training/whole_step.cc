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
  return &compiled;
}

absl::Status WholeStep::Run(const StepInputs& inputs) {
  ASSIGN_OR_RETURN(Compiled * compiled, CompiledFor(inputs));
  if (compiled->feed == nullptr) {
    std::vector<int64_t> nbytes;
    for (const auto& [name, type] : inputs.Types()) nbytes.push_back(type.nbytes());
    ASSIGN_OR_RETURN(compiled->feed, state_.device().MakeFeed(nbytes));
  }
  ASSIGN_OR_RETURN(const std::span<const backend::Buffer> arguments,
                   compiled->feed->Send(inputs.Tensors()));
  RETURN_IF_ERROR(compiled->function->Run(state_, arguments, {}, {}));
  return compiled->feed->Consumed();
}

absl::Status WholeStep::RunOnDevice(const StepInputs& like,
                                    std::span<const backend::Buffer> arguments) {
  ASSIGN_OR_RETURN(Compiled * compiled, CompiledFor(like));
  return compiled->function->Run(state_, arguments, {}, {});
}

}  // namespace tricorn::keras
