#pragma once

#include <memory>
#include <vector>

#include "core/keras/layers/operation.h"

namespace tricorn::keras {

// Names the operations that have no name yet after their class, as Keras does: "dense", "dense_1",
// .... Errors: InvalidArgument when two have one name.
absl::Status NameOperations(const std::vector<std::shared_ptr<Operation>>& operations);

}  // namespace tricorn::keras
