#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "core/keras/training/history.h"

namespace tricorn::keras {

class Trainer;

// Where training is.
struct Progress {
  int64_t epoch = 0;        // from 0
  int64_t step = 0;         // steps of the epoch that are done
  int64_t steps = 0;        // of the whole epoch
  int64_t global_step = 0;  // steps done since training began
  int64_t samples = 0;      // of this step, over all shards
};

// What follows training along. An error ends it. Weights on the host are those of the last
// Trainer::SyncToHost.
class Callback {
 public:
  virtual ~Callback() = default;
  virtual absl::Status OnTrainBegin(Trainer&) { return absl::OkStatus(); }
  virtual absl::Status OnEpochBegin(Trainer&, int64_t /*epoch*/) { return absl::OkStatus(); }
  virtual absl::Status OnBatchEnd(Trainer&, const Progress&) { return absl::OkStatus(); }
  // `logs` with validation; what is added here ends up in the history.
  virtual absl::Status OnEpochEnd(Trainer&, int64_t /*epoch*/, Logs& /*logs*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnValidationBatchEnd(Trainer&, const Progress&) { return absl::OkStatus(); }
  virtual absl::Status OnTrainEnd(Trainer&) { return absl::OkStatus(); }
};

}  // namespace tricorn::keras
