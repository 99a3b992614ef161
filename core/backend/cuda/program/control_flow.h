#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/backend/cuda/kernel/kernel.h"
#include "core/backend/cuda/program/program_compiler.h"

namespace tricorn::backend::cuda {

// A kernel for a control-flow node: its regions as programs whose carries are updated in place and
// whose slices are rows of the sequences' buffers. A scan puts all its steps on the stream; a loop
// or a branch waits for the device to know which step comes next. Errors: those of CompileProgram
// on a region.
absl::StatusOr<std::unique_ptr<Kernel>> MakeControlFlowKernel(const Compilation& compilation,
                                                              const ir::Node& node);

}  // namespace tricorn::backend::cuda
