#pragma once

#include "core/backend/cpu/kernel/kernel.h"

namespace tricorn::backend::cpu {

// The kernels of all core/ops/*/*_cpu.cc, and of fused elementwise nodes.
KernelRegistry BuiltinKernels();

}  // namespace tricorn::backend::cpu
