#pragma once

#include <span>

#include "absl/status/status.h"
#include "core/backend/buffer.h"
#include "core/ir/graph.h"

namespace tricorn::backend {

// InvalidArgument unless there is a buffer of at least the type's size for every input and output
// of the graph: what Executable::Run begins with.
absl::Status CheckRunBuffers(const ir::Graph& graph, std::span<const Buffer> inputs,
                             std::span<const Buffer> outputs);

}  // namespace tricorn::backend
