#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

// Whether a composite stays as it is: a backend says yes where it has a kernel for it.
using KeepComposite = std::function<bool(const ir::Graph& graph, const ir::Node& node)>;

// Whether the node that makes `value`, in a graph under construction, was made without an error and
// stays as it is.
bool IsKept(const KeepComposite& keep, const ir::Value& value);

// Replaces every other node that has a decomposition by it, until none is left.
absl::StatusOr<ir::Graph> Decompose(ir::Graph graph, const KeepComposite& keep);

}  // namespace tricorn::transform
