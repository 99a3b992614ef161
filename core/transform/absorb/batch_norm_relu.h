#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// The gradient of a batch normalization that ReLU follows, for backends that memory bounds. Where
// ReLU alone follows, where its result was positive is computed again from x instead of read from
// a masked gradient in memory. Where something is added first, as in residual networks, the
// masked gradient is written by the pass that sums it. In full precision and in half.
absl::StatusOr<ir::Graph> FuseBatchNormRelu(const ir::Graph& graph);

}  // namespace tricorn::transform
