#pragma once

#include "absl/status/statusor.h"
#include "core/backend/cpu/kernel/kernel.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cpu {

// A loop multiplies by the same weights in every step, and oneDNN would reorder them every time:
// puts that reordering before the loop. Of every scan in `graph`, products of a matrix and an
// invariant take the invariant packed. Runs after the passes.
absl::StatusOr<ir::Graph> PackInvariants(const ir::Graph& graph);

// The kernels of the two ops that it uses.
void RegisterPackedDot(KernelRegistry& registry);

}  // namespace tricorn::backend::cpu
