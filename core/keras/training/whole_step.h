#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/training/function.h"
#include "core/keras/training/step_inputs.h"
#include "core/keras/training/step_trace.h"

namespace tricorn::keras {

// A step of one process that computes the whole batch: one graph from samples to next state.
class WholeStep {
 public:
  WholeStep(const CompiledModel& compiled, DeviceState& state, int num_threads, bool training)
      : compiled_(compiled), state_(state), num_threads_(num_threads), training_(training) {}

  absl::Status Run(const StepInputs& inputs);
  // On a batch that is on the device already, of the types of `like`: in the order of Types().
  absl::Status RunOnDevice(const StepInputs& like, std::span<const backend::Buffer> arguments);

 private:
  struct Compiled {
    std::unique_ptr<Function> function;
    std::unique_ptr<backend::Feed> feed;
  };
  absl::StatusOr<Compiled*> CompiledFor(const StepInputs& inputs);

  const CompiledModel& compiled_;
  DeviceState& state_;
  const int num_threads_;
  const bool training_;
  std::map<std::string, Compiled> functions_;  // by the inputs' types
};

}  // namespace tricorn::keras
