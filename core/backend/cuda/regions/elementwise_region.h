#pragma once

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// The kernels of fused_elementwise nodes and of elementwise ops that stand alone: one pass over
// memory, each thread computing whole elements in registers.
void RegisterElementwise(KernelRegistry& registry);

}  // namespace tricorn::backend::cuda
