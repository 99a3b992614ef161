#pragma once

#include <map>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// A float32 weight a sample, by its class: `y` holds class indices, (rows,) or (rows, 1), or
// one-hot rows. Classes that are not listed weigh 1. Errors: InvalidArgument for labels of another
// form.
absl::StatusOr<Tensor> SampleWeightsOf(const Tensor& y, const std::map<int64_t, double>& weights);

}  // namespace tricorn::keras
