#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/keras/models/model.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// Keras's compute_mask of a model: the mask that each output carries for these inputs, (rows, ...)
// of bool; none where it has none.
absl::StatusOr<std::vector<std::optional<Tensor>>> ComputeMask(Model& model,
                                                               backend::Device& device,
                                                               const std::vector<Tensor>& x);

}  // namespace tricorn::keras
