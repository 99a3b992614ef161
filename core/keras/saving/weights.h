#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/io/hdf5/hdf5.h"
#include "core/keras/models/model.h"

namespace tricorn::keras {

// What to do with weights of a file that do not fit the model.
enum class Mismatch { kRefuse, kSkip };

// The variables of a model as Keras's `model.weights.h5` holds them.
// Errors: FailedPrecondition for a variable without a value.
absl::StatusOr<Hdf5Group> WeightsToHdf5(Model& model);

// Sets the variables of a built model; nothing when anything is wrong. With kSkip, layers whose
// variables do not fit are left alone, and the answer tells which and why.
// Errors: InvalidArgument naming the layer or variable, expected and received.
absl::StatusOr<std::vector<std::string>> WeightsFromHdf5(const Hdf5Group& weights, Model& model,
                                                         Mismatch mismatch = Mismatch::kRefuse);

// The datasets "0", "1", ... of a `vars` group, in order.
absl::StatusOr<std::vector<Tensor>> VarsInOrder(const Hdf5Group& vars);
// The other way, with the attribute `name`.
Hdf5Group VarsGroup(const std::string& name, const std::vector<Tensor>& tensors);

}  // namespace tricorn::keras
