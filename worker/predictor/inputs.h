#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"
#include "tricorn/v1/predict.pb.h"
#include "worker/predictor/predict_model.h"

namespace tricorn::worker {

// The request's tensors in the order of `ports`, each cast to its port's dtype and, as in Keras,
// with a last axis of length 1 added or taken away where that makes it fit. Errors:
// InvalidArgument, naming the input, for one that is missing, unknown, given twice or of a shape
// that does not fit, for numbers of rows that differ, and for no rows.
absl::StatusOr<std::vector<Tensor>> InputsOf(const v1::PredictRequest& request,
                                             const std::vector<PredictModel::Port>& ports);

}  // namespace tricorn::worker
