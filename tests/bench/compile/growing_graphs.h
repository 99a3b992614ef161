#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::bench {

// A family of graphs that has one of every size.
struct GrowingGraph {
  std::string_view name;
  std::string_view doc;
  // A graph of about `nodes` nodes, its gradients included.
  absl::StatusOr<ir::Graph> (*make)(int64_t nodes);
};

// training:    residual blocks with normalization, their gradients and a step of Adam
// elementwise: one long chain of operations on one shape, which fusion makes one node
// wide:        slices of one value that all live until one node reads them
std::span<const GrowingGraph> GrowingGraphs();

}  // namespace tricorn::bench
