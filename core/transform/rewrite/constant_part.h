#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"

namespace tricorn::transform {

// Which values of a graph are computed from `constant_inputs` and literals alone, by nodes that
// only compute elements or move them. By value.
std::vector<bool> ConstantValues(const ir::Graph& graph, std::span<const int32_t> constant_inputs);

// A graph in two, where some inputs seldom change: what they alone decide is computed once and
// kept, but not what merely repeats something smaller.
struct ConstantPart {
  ir::Graph prepare;  // the graph's inputs; what `run` reads of this part
  ir::Graph run;      // the graph's inputs, then prepare's outputs; the graph's outputs
};
absl::StatusOr<ConstantPart> SplitConstantPart(const ir::Graph& graph,
                                               std::span<const int32_t> constant_inputs);

}  // namespace tricorn::transform
