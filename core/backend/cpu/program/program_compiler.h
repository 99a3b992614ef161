#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/program/program.h"

namespace tricorn::backend::cpu {

// A kernel for `node` of `graph`, or nullptr when none accepts it.
std::unique_ptr<Kernel> MakeKernelOf(const KernelRegistry& registry, const ir::Graph& graph,
                                     const ir::Node& node, int num_threads);

// Kernels, memory plan and program of a graph on which the passes have run. Regions of control flow
// become programs within it. `donations` as in CompileOptions.
// Errors: Unimplemented naming an op that has neither kernel nor decomposition for its types.
absl::StatusOr<Program> CompileProgram(const KernelRegistry& registry, const ir::Graph& graph,
                                       const std::vector<std::pair<int32_t, int32_t>>& donations,
                                       int num_threads);

}  // namespace tricorn::backend::cpu
