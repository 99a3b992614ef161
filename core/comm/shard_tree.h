#pragma once

#include <vector>

namespace tricorn::comm {

// Virtual shards [first, last).
struct ShardRange {
  int first = 0;
  int last = 0;

  int size() const { return last - first; }
  bool Contains(ShardRange other) const { return first <= other.first && other.last <= last; }
  bool operator==(const ShardRange&) const = default;
};

// The one balanced binary tree along which a job's `total` shards are summed. Its nodes are ranges;
// the left child of a node of n >= 2 leaves has the largest power of two below n. As nothing but
// `total` enters, the order of additions, and so every bit of the result, is the same for any
// number of workers.

// Where `node` (of two leaves or more) splits into its children.
int SplitOf(ShardRange node);

// True if `range` is a node of the tree over [0, total).
bool IsNode(ShardRange range, int total);

// The fewest nodes that make up `range`, in shard order: the subtrees that an owner of the range
// can sum alone.
std::vector<ShardRange> Cover(ShardRange range, int total);

// How to add up disjoint nodes, given in shard order, as far as they go: for operand i, the number
// of additions (stack[top - 1] += stack[top]; pop) that follow the push of operand i. What remains
// on the stack are the largest nodes that the operands make up: `roots`, in shard order.
struct FoldOrder {
  std::vector<int> additions;
  std::vector<ShardRange> roots;
};
FoldOrder FoldOrderOf(const std::vector<ShardRange>& operands, int total);

}  // namespace tricorn::comm
