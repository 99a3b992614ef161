#pragma once

#include <functional>
#include <memory>

#include "core/backend/cuda/kernel.h"

namespace tricorn::backend::cuda {

// Whether the kernel can be part of a launch with others.
bool MayShareLaunch(const Kernel& kernel);

// The kernel of a kSideBySide node: its nodes' kernels as ranges of blocks of as few launches as
// their operands' addresses fit in. `make` makes the kernel of one node of its region, generating
// sources in the module it is given. Refuses when one may not share a launch.
std::unique_ptr<Kernel> MakeLaunchGroup(
    const KernelRequest& request,
    const std::function<std::unique_ptr<Kernel>(const ir::Node&, SourceModule&)>& make);

}  // namespace tricorn::backend::cuda
