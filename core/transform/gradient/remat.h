#pragma once

#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

// Nodes [begin, end) of a graph under construction whose results gradients compute again rather
// than have kept: only what the region reads from outside stays (gradient checkpointing).
struct RematRegion {
  size_t begin = 0;
  size_t end = 0;
  friend bool operator==(const RematRegion&, const RematRegion&) = default;
};

// The nodes of regions computed again, each region when the first gradient reaches it. What a copy
// reads from outside comes through `after` that gradient, so that nothing moves the copy into the
// forward pass or makes it one with its original. Effects are not copied: their results are kept.
class RematCopies {
 public:
  // Regions do not overlap.
  RematCopies(ir::Builder& builder, std::span<const RematRegion> regions);

  // Appends the copy of the region that holds `node`, unless there is none or it exists.
  void Make(size_t node, ir::Value gradient);
  // The index of the copy of `node`, or itself.
  size_t Of(size_t node) const;

 private:
  ir::Value Operand(ir::ValueId id, ir::Value gradient);

  ir::Builder& builder_;
  std::vector<RematRegion> regions_;                     // by begin
  std::vector<bool> made_;                               // by region
  absl::flat_hash_map<size_t, size_t> copies_;           // by node
  absl::flat_hash_map<ir::ValueId, ir::ValueId> known_;  // within the region in the making
};

}  // namespace tricorn::transform
