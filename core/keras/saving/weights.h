#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/io/hdf5.h"
#include "core/keras/models/model.h"

namespace tricorn::keras {

// The variables of a model as Keras's `model.weights.h5` holds them.
// Errors: FailedPrecondition for a variable without a value.
absl::StatusOr<Hdf5Group> WeightsToHdf5(Model& model);

// Sets the variables of a built model. Nothing is set when anything is wrong.
// Errors: InvalidArgument naming the layer or variable, expected and received.
absl::Status WeightsFromHdf5(const Hdf5Group& weights, Model& model);

// The datasets "0", "1", ... of a `vars` group, in order.
absl::StatusOr<std::vector<Tensor>> VarsInOrder(const Hdf5Group& vars);
// The other way, with the attribute `name`.
Hdf5Group VarsGroup(const std::string& name, const std::vector<Tensor>& tensors);

}  // namespace tricorn::keras
