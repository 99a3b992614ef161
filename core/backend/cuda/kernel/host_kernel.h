#pragma once

#include <functional>
#include <memory>
#include <span>

#include "core/backend/cuda/kernel/kernel.h"

namespace tricorn::backend::cuda {

// Computes a node from whole operands to whole results, both in host memory.
using HostFunction = std::function<void(std::span<const std::byte* const> operands,
                                        std::span<std::byte* const> results)>;

// A kernel that brings its operands to the host, computes there, and brings the results back. It
// waits for the stream, so a graph that has one is not recorded.
std::unique_ptr<Kernel> MakeHostKernel(const KernelRequest& request, HostFunction compute);

}  // namespace tricorn::backend::cuda
