#pragma once

#include <memory>
#include <string>

#include "core/backend/trace.h"
#include "core/keras/training/callback.h"
#include "core/keras/training/trainer.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// Leaves a timeline of what the GPU did in some steps of a job, past the first ones, in which
// kernels are compiled and recorded: `directory`/JOB.rankN.trace.json, for chrome://tracing. What
// goes wrong is told to the job's log; the job goes on.
class TraceCallback : public keras::Callback {
 public:
  static constexpr int64_t kFirstStep = 20;
  static constexpr int64_t kSteps = 10;

  TraceCallback(std::string directory, const v1::TrainerTask& task, EngineEvents& events);

  absl::Status OnBatchBegin(keras::Trainer& trainer, const keras::Progress& progress) override;
  absl::Status OnBatchEnd(keras::Trainer& trainer, const keras::Progress& progress) override;

 private:
  absl::Status Finish(keras::Trainer& trainer);

  const std::string path_;
  EngineEvents& events_;
  int64_t steps_ = 0;  // done in this process
  std::unique_ptr<backend::Trace> trace_;
};

}  // namespace tricorn::worker
