#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// The gradient of a batch normalization in half precision that only ReLU follows computes again
// where its result was positive, which takes x alone, instead of a masked gradient in memory.
absl::StatusOr<ir::Graph> FuseBatchNormRelu(const ir::Graph& graph);

}  // namespace tricorn::transform
