#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "core/keras/layers/layer.h"

namespace tricorn::keras {

// Visits `root` and the layers inside it, each once, with the path of its group in a weights file:
// "" for the root, "layers/dense_1", "layers/bidirectional/forward_layer/cell". Paths go by
// position and class, not by layer names. Stops at the first error.
absl::Status WalkLayers(
    Layer& root, absl::FunctionRef<absl::Status(const std::string& path, Layer& layer)> visit);

}  // namespace tricorn::keras
