#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/training/trainer.h"
#include "core/tensor/tensor.h"

namespace tricorn::worker {

// A training run at one moment.
struct Snapshot {
  std::vector<Tensor> variables;  // weights, statistics, seeds, optimizer
  std::vector<Tensor> metrics;    // within an epoch: what they have summed up; else empty
  std::vector<keras::Callback::State> callbacks;  // in the job's order
};

// Copies it from the device, but for the callbacks; the tensors share nothing with the run.
absl::StatusOr<Snapshot> TakeSnapshot(keras::Trainer& trainer, bool within_epoch);

// Sets it, but for the callbacks, on host and device. InvalidArgument for another number, types or
// shapes of variables; those of metrics are checked by the first step.
absl::Status RestoreSnapshot(const Snapshot& snapshot, keras::Trainer& trainer);

// The files of a checkpoint.
absl::StatusOr<std::map<std::string, std::string>> ToFiles(const Snapshot& snapshot);
absl::StatusOr<Snapshot> FromFiles(const std::map<std::string, std::string>& files);

}  // namespace tricorn::worker
