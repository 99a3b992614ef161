#pragma once

#include <functional>
#include <memory>

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// The kernel of a kSideBySide node, whose nodes' kernels may all run beside others. Generated ones
// of one stage are ranges of blocks of as few launches as their operands' addresses fit in; the
// others run on streams of their own meanwhile. `make` makes the kernel of one node of its region,
// generating sources in the module it is given. Refuses when one may not run beside others.
std::unique_ptr<Kernel> MakeLaunchGroup(
    const KernelRequest& request,
    const std::function<std::unique_ptr<Kernel>(const ir::Node&, SourceModule&)>& make);

}  // namespace tricorn::backend::cuda
