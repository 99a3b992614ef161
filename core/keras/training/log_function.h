#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/training/function.h"
#include "core/keras/training/history.h"
#include "core/keras/training/step_trace.h"

namespace tricorn::keras {

// The variables that a compiled model's losses and metrics accumulate, in the order of
// CompiledModel::metric_variables.
std::vector<std::unique_ptr<Variable>> MakeMetricVariables(const CompiledModel& compiled,
                                                           const OutputTypes& outputs);

// What those variables say: a log for the total loss, for each loss where there are several, and
// for each metric.
class LogFunction {
 public:
  // `compiled` outlives the function.
  static absl::StatusOr<std::unique_ptr<LogFunction>> Compile(backend::Device& device,
                                                              const CompiledModel& compiled,
                                                              const OutputTypes& outputs);
  // Metrics whose result is no scalar are left out.
  absl::StatusOr<Logs> Run(DeviceState& state);

 private:
  std::unique_ptr<Function> function_;
  std::vector<backend::Buffer> buffers_;
};

}  // namespace tricorn::keras
