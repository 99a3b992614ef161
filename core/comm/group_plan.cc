#include "core/comm/group_plan.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

bool StartsEarlier(ShardRange a, ShardRange b) { return a.first < b.first; }

}  // namespace

absl::StatusOr<GroupPlan> GroupPlan::Create(int total_shards,
                                            std::vector<std::vector<ShardRange>> brings) {
  GroupPlan plan;
  plan.total_shards = total_shards;
  plan.brings = std::move(brings);
  std::vector<ShardRange> all;
  for (const std::vector<ShardRange>& nodes : plan.brings) {
    all.insert(all.end(), nodes.begin(), nodes.end());
    if (!std::is_sorted(nodes.begin(), nodes.end(), StartsEarlier)) {
      return InvalidArgument("shard nodes of a member: expected ascending order");
    }
  }
  std::sort(all.begin(), all.end(), StartsEarlier);
  int end = 0;
  for (const ShardRange& node : all) {
    if (!IsNode(node, total_shards)) {
      return InvalidArgument("shards [{}, {}): expected a subtree of {} shards", node.first,
                             node.last, total_shards);
    }
    if (node.first < end) {
      return InvalidArgument("shard {}: expected one owner, received two", node.first);
    }
    end = node.last;
  }
  for (const std::vector<ShardRange>& nodes : plan.brings) {
    plan.partials.push_back(FoldOrderOf(nodes, total_shards).roots);
  }
  plan.roots = FoldOrderOf(all, total_shards).roots;
  return plan;
}

absl::StatusOr<GroupPlan> GroupPlan::OfRanks(int total_shards,
                                             const std::vector<ShardRange>& ranges) {
  std::vector<std::vector<ShardRange>> brings;
  int next = 0;
  for (size_t rank = 0; rank < ranges.size(); ++rank) {
    const ShardRange range = ranges[rank];
    if (range.first != next || range.last < range.first || range.last > total_shards) {
      return InvalidArgument("rank {}: expected shards from {}, up to {}, received [{}, {})", rank,
                             next, total_shards, range.first, range.last);
    }
    next = range.last;
    brings.push_back(Leaves(range));
  }
  if (next != total_shards || total_shards < 1) {
    return InvalidArgument("shards of {} ranks: expected {}, at least 1, received {}",
                           ranges.size(), total_shards, next);
  }
  return Create(total_shards, std::move(brings));
}

size_t GroupPlan::MaxPartials() const {
  size_t most = 0;
  for (const std::vector<ShardRange>& nodes : partials) most = std::max(most, nodes.size());
  return most;
}

std::vector<GroupPlan::Operand> GroupPlan::OperandsSeenBy(int member) const {
  std::vector<Operand> operands;
  for (int m = 0; m < size(); ++m) {
    const std::vector<ShardRange>& nodes = m == member ? brings[m] : partials[m];
    for (size_t i = 0; i < nodes.size(); ++i) {
      operands.push_back({nodes[i], m, static_cast<int>(i)});
    }
  }
  std::sort(operands.begin(), operands.end(),
            [](const Operand& a, const Operand& b) { return StartsEarlier(a.node, b.node); });
  return operands;
}

std::vector<ShardRange> GroupPlan::NodesOf(const std::vector<Operand>& operands) {
  std::vector<ShardRange> nodes;
  for (const Operand& operand : operands) nodes.push_back(operand.node);
  return nodes;
}

std::vector<ShardRange> Leaves(ShardRange range) {
  std::vector<ShardRange> leaves;
  for (int shard = range.first; shard < range.last; ++shard) leaves.push_back({shard, shard + 1});
  return leaves;
}

std::vector<ShardRange> EvenRanges(int total_shards, int size) {
  std::vector<ShardRange> ranges;
  int first = 0;
  for (int rank = 0; rank < size; ++rank) {
    const int last = first + total_shards / size + (rank < total_shards % size ? 1 : 0);
    ranges.push_back({first, last});
    first = last;
  }
  return ranges;
}

}  // namespace tricorn::comm
