#include "core/comm/shard_tree.h"

#include <bit>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

void AppendCover(ShardRange node, ShardRange range, std::vector<ShardRange>& out) {
  if (node.last <= range.first || range.last <= node.first) return;
  if (range.Contains(node)) {
    out.push_back(node);
    return;
  }
  const int split = SplitOf(node);
  AppendCover({node.first, split}, range, out);
  AppendCover({split, node.last}, range, out);
}

bool AreSiblings(ShardRange left, ShardRange right, int total) {
  const ShardRange parent{left.first, right.last};
  return left.last == right.first && IsNode(parent, total) && SplitOf(parent) == left.last;
}

}  // namespace

int SplitOf(ShardRange node) {
  CHECK(node.size() >= 2);
  return node.first + static_cast<int>(std::bit_floor(static_cast<unsigned>(node.size() - 1)));
}

bool IsNode(ShardRange range, int total) {
  if (range.size() < 1 || range.first < 0 || range.last > total) return false;
  ShardRange node{0, total};
  while (node != range) {
    if (node.size() < 2) return false;
    const int split = SplitOf(node);
    if (range.last <= split) {
      node.last = split;
    } else if (range.first >= split) {
      node.first = split;
    } else {
      return false;
    }
  }
  return true;
}

std::vector<ShardRange> Cover(ShardRange range, int total) {
  CHECK(0 <= range.first && range.first <= range.last && range.last <= total);
  std::vector<ShardRange> nodes;
  if (range.size() > 0) AppendCover({0, total}, range, nodes);
  return nodes;
}

FoldOrder FoldOrderOf(const std::vector<ShardRange>& operands, int total) {
  FoldOrder order;
  std::vector<ShardRange>& stack = order.roots;
  for (const ShardRange& operand : operands) {
    CHECK(IsNode(operand, total));
    CHECK(stack.empty() || stack.back().last <= operand.first);
    stack.push_back(operand);
    int additions = 0;
    while (stack.size() >= 2 && AreSiblings(stack[stack.size() - 2], stack.back(), total)) {
      const int last = stack.back().last;
      stack.pop_back();
      stack.back().last = last;
      ++additions;
    }
    order.additions.push_back(additions);
  }
  return order;
}

}  // namespace tricorn::comm
