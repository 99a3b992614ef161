#pragma once

#include <map>
#include <memory>

#include "absl/status/statusor.h"
#include "core/keras/optimizers/optimizer.h"
#include "core/keras/training/function.h"

namespace tricorn::keras {

// Reads and sets the learning rates of optimizers while training runs: they live on the device.
class LearningRates {
 public:
  // The rate of the optimizer's next update, scheduled or not.
  absl::StatusOr<double> Get(const Optimizer& optimizer, DeviceState& state);
  // Errors: FailedPrecondition for a rate that a schedule gives.
  absl::Status Set(const Optimizer& optimizer, double rate, DeviceState& state);

 private:
  std::map<const Optimizer*, std::unique_ptr<Function>> scheduled_;
};

}  // namespace tricorn::keras
