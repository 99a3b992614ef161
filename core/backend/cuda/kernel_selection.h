#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cuda/kernel.h"
#include "core/backend/cuda_loader.h"

namespace tricorn::backend::cuda {

// Runs the passes on `graph`, decomposing what no kernel wants, and makes the kernels of what
// remains, by node: nullptr for constants and views, which run nothing. Generated kernels go to
// `module`, uncompiled.
absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> SelectKernels(const KernelRegistry& registry,
                                                                   Libraries& libraries,
                                                                   const CudaOptions& options,
                                                                   SourceModule& module,
                                                                   ir::Graph& graph);

}  // namespace tricorn::backend::cuda
