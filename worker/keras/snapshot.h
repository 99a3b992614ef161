#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/training/trainer.h"
#include "core/tensor/tensor.h"

namespace tricorn::worker {

// The values of all variables of a training run at one moment: weights, statistics, seeds,
// optimizer.
struct Snapshot {
  std::vector<Tensor> variables;
};

// Copies them from the device; the tensors share nothing with the run.
absl::StatusOr<Snapshot> TakeSnapshot(keras::Trainer& trainer);

// Sets them, on host and device. InvalidArgument for another number, types or shapes.
absl::Status RestoreSnapshot(const Snapshot& snapshot, keras::Trainer& trainer);

// The files of a checkpoint.
absl::StatusOr<std::map<std::string, std::string>> ToFiles(const Snapshot& snapshot);
absl::StatusOr<Snapshot> FromFiles(const std::map<std::string, std::string>& files);

}  // namespace tricorn::worker
