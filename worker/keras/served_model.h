#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "worker/predictor/predict_model.h"

namespace tricorn::worker {

// A `.keras` archive (or a model's JSON) loaded for prediction with `threads` threads, with the
// classes of the shared objects of `plugin_directory`, if it is not empty.
// Errors: those of LoadJobModel; FailedPrecondition for a model without an input shape.
absl::StatusOr<std::unique_ptr<PredictModel>> LoadServedModel(
    std::string bytes, int threads, const std::string& plugin_directory = "");

}  // namespace tricorn::worker
