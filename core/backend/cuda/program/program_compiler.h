#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cuda/device/device_context.h"
#include "core/backend/cuda/kernel/kernel.h"
#include "core/backend/cuda/program/program.h"
#include "core/backend/cuda_loader.h"
#include "core/transform/rewrite/constant_part.h"

namespace tricorn::backend::cuda {

// What the programs of one executable are compiled with.
struct Compilation {
  const KernelRegistry& registry;
  const CudaOptions& options;
  std::shared_ptr<DeviceContext> context;
  SourceModule& module;  // gets the generated kernels, to be loaded before a program runs
};

// Runs the passes: composites that no kernel wants are decomposed, elementwise nodes fused.
absl::StatusOr<ir::Graph> RunPasses(const KernelRegistry& registry, const CudaOptions& options,
                                    Libraries& libraries, ir::Graph graph);

// The graph in two, where `constant_inputs` seldom change: what they decide, kernels of
// convolutions in the order that is wanted and with normalization in them, is computed apart.
absl::StatusOr<transform::ConstantPart> SplitConstants(const KernelRegistry& registry,
                                                       const CudaOptions& options,
                                                       Libraries& libraries, ir::Graph graph,
                                                       std::span<const int32_t> constant_inputs);

// The kernels of a graph after the passes, by node: nullptr for constants and views, which run
// nothing, and for control flow. Errors: Unimplemented, naming the layer, where there is none.
absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> MakeKernels(const KernelRegistry& registry,
                                                                 const CudaOptions& options,
                                                                 Libraries& libraries,
                                                                 SourceModule& module,
                                                                 const ir::Graph& graph);

// Kernels and memory for a graph after the passes, and the same for the regions of its control
// flow. `donations` as in CompileOptions.
absl::StatusOr<std::unique_ptr<Program>> CompileProgram(
    const Compilation& compilation, const ir::Graph& graph,
    const std::vector<std::pair<int32_t, int32_t>>& donations);

}  // namespace tricorn::backend::cuda
