#pragma once

#include <map>

#include "absl/status/statusor.h"
#include "core/keras/training/step_inputs.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// A float32 weight a sample, by its class: `y` holds class indices, (rows,) or (rows, 1), or
// one-hot rows; a float stands for the nearest integer. Classes that are not listed weigh 1.
// Errors: InvalidArgument for labels of another form.
absl::StatusOr<Tensor> SampleWeightsOf(const Tensor& y, const std::map<int64_t, double>& weights);

// Gives a batch the weights of its labels' classes; does nothing without weights. Errors:
// InvalidArgument for several outputs, and for a batch that has weights already.
absl::Status WeighClasses(const std::map<int64_t, double>& weights, StepInputs& inputs);

}  // namespace tricorn::keras
