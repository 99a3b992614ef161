#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/predictor/predict_model.h"
#include "worker/trainer/engine_options.h"

namespace tricorn::worker {

// A `.keras` archive (or a model's JSON) loaded for prediction.
// Errors: those of LoadJobModel and OpenDevice; FailedPrecondition for a model without an input
// shape.
absl::StatusOr<std::unique_ptr<PredictModel>> LoadServedModel(std::string bytes,
                                                              const EngineOptions& options);

}  // namespace tricorn::worker
