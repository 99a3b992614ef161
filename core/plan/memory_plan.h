#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/ir/graph.h"

namespace tricorn::plan {

// Where the bytes of a value lie while a program runs.
struct Slot {
  enum class Place : uint8_t { kInput, kOutput, kConstant, kArena };
  Place place = Place::kArena;
  int32_t index = 0;   // of the input, output or constant
  int64_t offset = 0;  // bytes from the start of that buffer or of the arena
};

// Bytes to move once all nodes have run.
struct Copy {
  Slot from;
  Slot to;
  int64_t nbytes = 0;
};

struct MemoryPlan {
  std::vector<Slot> slots;         // by value id
  std::vector<int64_t> workspace;  // arena offset of each node's workspace; -1 without one
  int64_t arena_nbytes = 0;
  int64_t lower_bound_nbytes = 0;  // the most bytes alive at once: no plan needs less
  // For outputs whose value could not be computed in place: those that hold an input, a constant or
  // another output's value, and donated ones whose input is still read. To be done in this order.
  std::vector<Copy> final_copies;
};

struct MemoryOptions {
  // (input, output): the caller passes one buffer for both, and the input's value is not needed
  // after the run.
  std::vector<std::pair<int32_t, int32_t>> donations;
  std::vector<int64_t> workspace_nbytes;  // by node; empty for none
  // Whether the node's kernel may write the result over the operand, of the same byte size.
  std::function<bool(const ir::Node& node, size_t operand, size_t result)> may_overwrite;
};

// Assigns every value a place: outputs in the caller's buffers, views on their operand's bytes,
// everything else at offsets of one arena (see PlaceBlocks). Offsets are multiples of 64.
MemoryPlan PlanMemory(const ir::Graph& graph, const MemoryOptions& options);

}  // namespace tricorn::plan
