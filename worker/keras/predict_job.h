#pragma once

#include "absl/status/statusor.h"
#include "worker/keras/job_session.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// Keras's `predict` over a whole dataset. Each rank does a run of rows; the result, on rank 0, is
// an
// `.npz` of all rows in the dataset's order, one array for each of the model's outputs.
absl::StatusOr<EngineResult> RunPredictJob(JobSession& session, EngineEvents& events);

}  // namespace tricorn::worker
