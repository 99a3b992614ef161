#pragma once

#include "core/backend/cpu/kernel/kernel.h"

namespace tricorn::backend::cpu {

// The kernel of fused_elementwise nodes: computes block after block of a size that stays in the
// first-level cache, one vectorized loop an op.
void RegisterFusedElementwise(KernelRegistry& registry);

}  // namespace tricorn::backend::cpu
