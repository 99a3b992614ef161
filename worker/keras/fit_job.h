#pragma once

#include "absl/status/statusor.h"
#include "worker/keras/job_session.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// Keras's `fit`, from the task's restore point on. The result is the trained archive.
absl::StatusOr<EngineResult> RunFitJob(JobSession& session, EngineEvents& events);

}  // namespace tricorn::worker
