#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/keras/training/history.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

struct FitOptions;
class Trainer;

// Where training is.
struct Progress {
  int64_t epoch = 0;        // from 0
  int64_t step = 0;         // steps of the epoch that are done
  int64_t steps = 0;        // of the whole epoch
  int64_t global_step = 0;  // steps done since training began
  int64_t samples = 0;      // of this step, over all shards
};

// What follows training along, by Keras's hooks. An error ends it. Weights on the host are those of
// the last Trainer::SyncToHost, running logs are Trainer::CurrentLogs.
class Callback {
 public:
  static constexpr std::string_view kKind = "callback";
  virtual ~Callback() = default;
  // May change what is still to do: where it begins.
  virtual absl::Status OnTrainBegin(Trainer&, FitOptions&) { return absl::OkStatus(); }
  virtual absl::Status OnEpochBegin(Trainer&, int64_t /*epoch*/) { return absl::OkStatus(); }
  // `progress` is that before the step.
  virtual absl::Status OnBatchBegin(Trainer&, const Progress&) { return absl::OkStatus(); }
  virtual absl::Status OnBatchEnd(Trainer&, const Progress&) { return absl::OkStatus(); }
  // `logs` with validation; what is added here ends up in the history.
  virtual absl::Status OnEpochEnd(Trainer&, int64_t /*epoch*/, Logs& /*logs*/) {
    return absl::OkStatus();
  }
  virtual absl::Status OnTrainEnd(Trainer&) { return absl::OkStatus(); }

  // What a checkpoint at the end of an epoch keeps of it, by names of its own; given back after
  // OnTrainBegin, Fit goes on from there as if nothing had been between. Errors: InvalidArgument
  // for what is of another kind of callback.
  using State = std::map<std::string, Tensor>;
  virtual State SaveState() const { return {}; }
  virtual absl::Status RestoreState(Trainer&, const State&) { return absl::OkStatus(); }

  // Of Evaluate, and of validation within Fit.
  virtual absl::Status OnTestBegin(Trainer&) { return absl::OkStatus(); }
  virtual absl::Status OnTestBatchBegin(Trainer&, const Progress&) { return absl::OkStatus(); }
  virtual absl::Status OnTestBatchEnd(Trainer&, const Progress&) { return absl::OkStatus(); }
  virtual absl::Status OnTestEnd(Trainer&, const Logs&) { return absl::OkStatus(); }

  // Of prediction with a compiled model.
  virtual absl::Status OnPredictBegin(Trainer&) { return absl::OkStatus(); }
  virtual absl::Status OnPredictBatchBegin(Trainer&, const Progress&) { return absl::OkStatus(); }
  virtual absl::Status OnPredictBatchEnd(Trainer&, const Progress&) { return absl::OkStatus(); }
  virtual absl::Status OnPredictEnd(Trainer&) { return absl::OkStatus(); }
};

}  // namespace tricorn::keras
