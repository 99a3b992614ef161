#pragma once

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// The kernels of all `*_cuda.cc` files beside the ops, and those of fused nodes.
KernelRegistry BuiltinKernels();

}  // namespace tricorn::backend::cuda
