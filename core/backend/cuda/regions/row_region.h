#pragma once

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// The kernels of fused_rows nodes, and of composites of rows that stand alone: rows are read once
// and kept, where they fit, in registers or shared memory until all their folds are done. Sums over
// all rows are of fixed parts in a fixed order.
void RegisterRowRegions(KernelRegistry& registry);

}  // namespace tricorn::backend::cuda
