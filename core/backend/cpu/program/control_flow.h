#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/backend/cpu/kernel/kernel.h"

namespace tricorn::backend::cpu {

// A kernel for a control-flow node: its regions compiled once, as programs whose carries are
// updated in place and whose slices are rows of the sequences' buffers. A run allocates nothing per
// step. Errors: those of CompileProgram on a region.
absl::StatusOr<std::unique_ptr<Kernel>> MakeControlFlowKernel(const KernelRegistry& registry,
                                                              const ir::Node& node,
                                                              int num_threads);

}  // namespace tricorn::backend::cpu
