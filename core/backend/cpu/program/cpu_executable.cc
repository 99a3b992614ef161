#include "core/backend/cpu/program/cpu_executable.h"

#include "core/backend/cpu/processor/parallel.h"
#include "core/backend/run_buffers.h"
#include "core/base/status.h"

namespace tricorn::backend::cpu {

absl::Status CpuExecutable::Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                                const RunContext& context) const {
  RETURN_IF_ERROR(CheckRunBuffers(graph_, inputs, outputs));
  ASSIGN_OR_RETURN(std::unique_ptr<Frame> frame, frames_.Take());
  const ComputeScope scope(num_threads_);
  const absl::Status status = program_.Run(*frame, inputs, outputs, context);
  frames_.Return(std::move(frame));
  return status;
}

}  // namespace tricorn::backend::cpu
