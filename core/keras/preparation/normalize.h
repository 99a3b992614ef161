#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// Keras's normalize: x divided by its norm of this order (infinity too) along `axis`, a norm of 0
// counting as 1. float32, or float64 for float64. Errors: InvalidArgument for an axis that x lacks,
// and for an order that is not positive.
absl::StatusOr<Tensor> Normalize(const Tensor& x, int64_t axis = -1, double order = 2);

}  // namespace tricorn::keras
