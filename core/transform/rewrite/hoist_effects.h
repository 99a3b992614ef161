#pragma once

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Moves each effect to where its operands are first all there, effects keeping their order: an
// all-reduce starts as soon as its bucket is full, and the rest of backward hides it. Effects that
// read an effect's result stay where they are: they wait for it.
absl::StatusOr<ir::Graph> HoistEffects(const ir::Graph& graph);

}  // namespace tricorn::transform
