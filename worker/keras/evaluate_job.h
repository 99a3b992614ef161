#pragma once

#include "absl/status/statusor.h"
#include "worker/keras/job_session.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// Keras's `evaluate`. The result is the loss and the metrics.
absl::StatusOr<EngineResult> RunEvaluateJob(JobSession& session, EngineEvents& events);

}  // namespace tricorn::worker
