#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/models/model.h"
#include "core/keras/saving/weights.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// A model's weights by their paths, "dense_1/kernel"; a second weight of a path is "PATH:2".
// Errors: FailedPrecondition for a weight without a value.
absl::StatusOr<std::map<std::string, Tensor>> WeightsByPath(const Model& model);

// Sets the weights of these paths; nothing when anything is wrong. With kSkip, weights that have no
// value here or do not fit, and values that have no weight, are left out; the answer names them.
// Errors: InvalidArgument naming the path, expected and received.
absl::StatusOr<std::vector<std::string>> SetWeightsByPath(
    const std::map<std::string, Tensor>& values, Model& model,
    Mismatch mismatch = Mismatch::kRefuse);

// Sets the weights of `to` that have the path and shape of one of `from`; the number set. This is
// how a new model takes over the layers that it shares with an older one.
absl::StatusOr<int64_t> TransferWeights(const Model& from, Model& to);

}  // namespace tricorn::keras
