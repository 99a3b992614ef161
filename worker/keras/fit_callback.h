#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "absl/time/time.h"
#include "core/keras/training/callback.h"
#include "core/keras/training/trainer.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// Tells the job's events what fit does: progress now and then, each epoch's logs, and restore
// points as the spec's checkpoint policy says. A loss that is no finite number ends the job. Comes
// after the job's own callbacks, `others`, whose states are in the restore points: `restored` are
// those of the one that the job goes on from, if any.
class FitCallback : public keras::Callback {
 public:
  FitCallback(const v1::TrainerTask& task, EngineEvents& events,
              std::span<const std::shared_ptr<keras::Callback>> others,
              std::vector<State> restored);

  absl::Status OnTrainBegin(keras::Trainer& trainer, keras::FitOptions& options) override;
  absl::Status OnEpochBegin(keras::Trainer& trainer, int64_t epoch) override;
  absl::Status OnBatchEnd(keras::Trainer& trainer, const keras::Progress& progress) override;
  absl::Status OnTestBatchEnd(keras::Trainer& trainer, const keras::Progress& progress) override;
  absl::Status OnEpochEnd(keras::Trainer& trainer, int64_t epoch, keras::Logs& logs) override;

 private:
  absl::Status Tell(keras::Trainer& trainer, const keras::Progress& progress);
  void Measure(const keras::Progress& progress, absl::Time now);
  // Whether the policy wants a restore point of so many steps.
  bool IsDue(int64_t global_step) const;
  absl::Status Checkpoint(keras::Trainer& trainer, CheckpointManifest position);

  const v1::TrainerTask& task_;
  EngineEvents& events_;
  const std::span<const std::shared_ptr<keras::Callback>> others_;
  const std::vector<State> restored_;
  const int64_t first_global_step_;  // done before this process
  v1::Progress progress_;
  int64_t global_step_;
  absl::Time epoch_began_;
  absl::Time told_ = absl::InfinitePast();
  absl::Time step_ended_ = absl::InfinitePast();
  double seconds_per_step_ = 0;  // running mean, without the first step
  double samples_per_step_ = 0;
};

}  // namespace tricorn::worker
