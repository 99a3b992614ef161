#pragma once

#include <memory>

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// A large region of elementwise nodes whose operands are arrays as its results and numbers a
// channel, as normalization leaves them: threads keep the numbers of their channels in registers
// and walk over rows. nullptr for other regions.
std::unique_ptr<Kernel> MakeChannelRegion(const KernelRequest& request, const ir::Graph& region);

}  // namespace tricorn::backend::cuda
