#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/comm/shard_tree.h"

namespace tricorn::comm {

// Who sums what in one exchange. Member m brings one array for each node of `brings[m]` (single
// shards where m is a rank, subtrees where m speaks for a host). Alone it can fold them to
// `partials[m]`, which is all that the others need of it; together the members reach `roots`, which
// is the one node [0, total_shards) if they bring every shard.
struct GroupPlan {
  int total_shards = 0;
  std::vector<std::vector<ShardRange>> brings;
  std::vector<std::vector<ShardRange>> partials;
  std::vector<ShardRange> roots;

  // InvalidArgument if an entry is no node, or two entries overlap.
  static absl::StatusOr<GroupPlan> Create(int total_shards,
                                          std::vector<std::vector<ShardRange>> brings);

  // Ranks that own `ranges[rank]`; InvalidArgument if these are not [0, total_shards) in order.
  static absl::StatusOr<GroupPlan> OfRanks(int total_shards, const std::vector<ShardRange>& ranges);

  int size() const { return static_cast<int>(brings.size()); }
  size_t MaxPartials() const;

  // The operands from which `member` computes the roots, in shard order: what it brings itself, and
  // the partials of the others.
  struct Operand {
    ShardRange node;
    int member;
    int index;  // into brings[member] or partials[member]
  };
  std::vector<Operand> OperandsSeenBy(int member) const;
  static std::vector<ShardRange> NodesOf(const std::vector<Operand>& operands);
};

// The shards of `range`, each as a node.
std::vector<ShardRange> Leaves(ShardRange range);

// `total_shards` in `size` contiguous ranges whose sizes differ by at most one, larger ones first.
std::vector<ShardRange> EvenRanges(int total_shards, int size);

}  // namespace tricorn::comm
