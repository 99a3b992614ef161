#include "core/backend/cpu/program/cpu_executable.h"

#include "core/backend/cpu/processor/parallel.h"
#include "core/base/status.h"

namespace tricorn::backend::cpu {
namespace {

absl::Status CheckBuffers(const ir::Graph& graph, const std::vector<ir::NamedValue>& values,
                          std::span<const Buffer> buffers, std::string_view what) {
  if (buffers.size() != values.size()) {
    return InvalidArgument("{}: expected {} buffers, received {}", what, values.size(),
                           buffers.size());
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const int64_t nbytes = graph.type(values[i].value).nbytes();
    if (buffers[i].nbytes < nbytes) {
      return InvalidArgument("{}: expected {} bytes, received {}", values[i].name, nbytes,
                             buffers[i].nbytes);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CpuExecutable::Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                                const RunContext& context) const {
  RETURN_IF_ERROR(CheckBuffers(graph_, graph_.inputs(), inputs, "inputs"));
  RETURN_IF_ERROR(CheckBuffers(graph_, graph_.outputs(), outputs, "outputs"));
  ASSIGN_OR_RETURN(std::unique_ptr<Frame> frame, frames_.Take());
  const ComputeScope scope(num_threads_);
  const absl::Status status = program_.Run(*frame, inputs, outputs, context);
  frames_.Return(std::move(frame));
  return status;
}

}  // namespace tricorn::backend::cpu
