#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// Keras's to_categorical: class indices, of any shape, as one-hot rows, float32 (..., classes). A
// last axis of length 1 is dropped first; negative indices count from the end, as in NumPy.
// `num_classes`: one more than the largest index when none.
// Errors: InvalidArgument for an index outside of the classes.
absl::StatusOr<Tensor> ToCategorical(const Tensor& x,
                                     std::optional<int64_t> num_classes = std::nullopt);

}  // namespace tricorn::keras
