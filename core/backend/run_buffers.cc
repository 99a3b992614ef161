#include "core/backend/run_buffers.h"

#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace tricorn::backend {
namespace {

absl::Status CheckSizes(const ir::Graph& graph, const std::vector<ir::NamedValue>& values,
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

absl::Status CheckRunBuffers(const ir::Graph& graph, std::span<const Buffer> inputs,
                             std::span<const Buffer> outputs) {
  RETURN_IF_ERROR(CheckSizes(graph, graph.inputs(), inputs, "inputs"));
  return CheckSizes(graph, graph.outputs(), outputs, "outputs");
}

}  // namespace tricorn::backend
