#include "core/comm/shard_tree.h"

#include <cmath>
#include <functional>

#include "core/comm/group_plan.h"
#include "core/comm/tree_sum.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

using ::testing::ElementsAre;

// Values of very different sizes: another order of additions gives other bits.
float LeafValue(int shard, int element) {
  const int scrambled = (shard * 7919 + element * 104729) % 1009;
  return std::ldexp(1.0f + static_cast<float>(scrambled) / 1013.0f, scrambled % 23 - 11);
}

// The definition of the tree, as plainly as it can be said.
float SerialSum(int first, int last, int element) {
  if (last - first == 1) return LeafValue(first, element);
  int left = 1;
  while (left * 2 < last - first) left *= 2;
  return SerialSum(first, first + left, element) + SerialSum(first + left, last, element);
}

TEST(ShardTree, SplitsAtTheLargestPowerOfTwoBelow) {
  EXPECT_EQ(SplitOf({0, 2}), 1);
  EXPECT_EQ(SplitOf({0, 3}), 2);
  EXPECT_EQ(SplitOf({0, 4}), 2);
  EXPECT_EQ(SplitOf({0, 33}), 32);
  EXPECT_EQ(SplitOf({32, 37}), 36);
}

TEST(ShardTree, CoverHasTheFewestNodes) {
  EXPECT_THAT(Cover({0, 8}, 8), ElementsAre(ShardRange{0, 8}));
  EXPECT_THAT(Cover({1, 7}, 8),
              ElementsAre(ShardRange{1, 2}, ShardRange{2, 4}, ShardRange{4, 6}, ShardRange{6, 7}));
  EXPECT_THAT(Cover({4, 7}, 7), ElementsAre(ShardRange{4, 7}));
  EXPECT_THAT(Cover({3, 3}, 7), ElementsAre());
}

TEST(ShardTree, KnowsItsNodes) {
  EXPECT_TRUE(IsNode({4, 7}, 7));
  EXPECT_FALSE(IsNode({4, 7}, 8));
  EXPECT_FALSE(IsNode({1, 3}, 4));
  EXPECT_FALSE(IsNode({2, 2}, 4));
  EXPECT_FALSE(IsNode({0, 9}, 8));
}

TEST(ShardTree, FoldingARangeGivesItsCover) {
  for (int total = 1; total <= 33; ++total) {
    for (int first = 0; first < total; ++first) {
      for (int last = first + 1; last <= total; ++last) {
        EXPECT_EQ(FoldOrderOf(Leaves({first, last}), total).roots, Cover({first, last}, total));
      }
    }
  }
}

// Calls f with every way to cut [0, total) into at most `max_parts` contiguous ranges.
void ForEachPartition(int total, int max_parts,
                      const std::function<void(const std::vector<ShardRange>&)>& f) {
  std::vector<ShardRange> ranges;
  std::function<void(int)> cut = [&](int first) {
    if (first == total) return f(ranges);
    if (static_cast<int>(ranges.size()) == max_parts) return;
    for (int last = first + 1; last <= total; ++last) {
      ranges.push_back({first, last});
      cut(last);
      ranges.pop_back();
    }
  };
  cut(0);
}

// What a group of `ranges.size()` ranks computes, without any transport.
float SumInTwoSteps(const GroupPlan& plan, int member, int element) {
  std::vector<std::vector<float>> partials;
  for (const std::vector<ShardRange>& nodes : plan.brings) {
    TreeSum fold(nodes, plan.total_shards);
    std::vector<float> leaves, sums(fold.roots().size());
    std::vector<const std::byte*> in;
    std::vector<std::byte*> out;
    leaves.reserve(nodes.size());
    for (const ShardRange& node : nodes) {
      leaves.push_back(LeafValue(node.first, element));
      in.push_back(reinterpret_cast<const std::byte*>(&leaves.back()));
    }
    for (float& sum : sums) out.push_back(reinterpret_cast<std::byte*>(&sum));
    fold.Evaluate(in, out, 1, DType::kF32);
    partials.push_back(sums);
  }
  std::vector<ShardRange> nodes;
  std::vector<float> values;
  for (const GroupPlan::Operand& operand : plan.OperandsSeenBy(member)) {
    nodes.push_back(operand.node);
    values.push_back(operand.member == member ? LeafValue(operand.node.first, element)
                                              : partials[operand.member][operand.index]);
  }
  std::vector<const std::byte*> in;
  for (const float& value : values) in.push_back(reinterpret_cast<const std::byte*>(&value));
  float result = 0;
  std::byte* out = reinterpret_cast<std::byte*>(&result);
  TreeSum(nodes, plan.total_shards).Evaluate(in, {&out, 1}, 1, DType::kF32);
  return result;
}

void ExpectSerialBits(int total, const std::vector<ShardRange>& ranges) {
  const auto plan = GroupPlan::OfRanks(total, ranges);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(plan->roots, ElementsAre(ShardRange{0, total}));
  for (int member = 0; member < plan->size(); ++member) {
    const float got = SumInTwoSteps(*plan, member, total);
    ASSERT_EQ(got, SerialSum(0, total, total)) << total << " shards, " << plan->size() << " ranks";
  }
}

TEST(ShardTree, EveryPartitionOfUpTo12ShardsGivesTheSerialBits) {
  for (int total = 1; total <= 12; ++total) {
    ForEachPartition(total, total, [&](const auto& ranges) { ExpectSerialBits(total, ranges); });
  }
}

TEST(ShardTree, EveryPartitionOfUpTo33ShardsInThreeGivesTheSerialBits) {
  for (int total = 13; total <= 33; ++total) {
    ForEachPartition(total, 3, [&](const auto& ranges) { ExpectSerialBits(total, ranges); });
  }
}

TEST(ShardTree, RandomPartitionsOfUpTo33ShardsGiveTheSerialBits) {
  uint64_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    const int total = 13 + round % 21;
    std::vector<ShardRange> ranges;
    for (int first = 0; first < total;) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const int last = std::min<int>(total, first + 1 + (state >> 33) % 9);
      ranges.push_back({first, last});
      first = last;
    }
    ExpectSerialBits(total, ranges);
  }
}

TEST(ShardTree, AnotherOrderWouldGiveOtherBits) {
  int different = 0;
  for (int total = 3; total <= 33; ++total) {
    float linear = 0;
    for (int shard = 0; shard < total; ++shard) linear += LeafValue(shard, total);
    different += linear != SerialSum(0, total, total);
  }
  EXPECT_GT(different, 10);
}

TEST(GroupPlan, RejectsRangesThatAreNoPartition) {
  EXPECT_EQ(GroupPlan::OfRanks(4, {{0, 2}, {3, 4}}).status().message(),
            "rank 1: expected shards from 2, up to 4, received [3, 4)");
  EXPECT_EQ(GroupPlan::OfRanks(4, {{0, 2}, {2, 3}}).status().message(),
            "shards of 2 ranks: expected 4, at least 1, received 3");
  EXPECT_FALSE(GroupPlan::OfRanks(4, {{0, 5}}).ok());
  EXPECT_FALSE(GroupPlan::Create(4, {{{0, 2}}, {{0, 1}}}).ok());
  EXPECT_FALSE(GroupPlan::Create(4, {{{1, 3}}}).ok());
}

TEST(GroupPlan, EvenRangesCoverAndDifferByOne) {
  EXPECT_THAT(EvenRanges(5, 3), ElementsAre(ShardRange{0, 2}, ShardRange{2, 4}, ShardRange{4, 5}));
  EXPECT_THAT(EvenRanges(1, 2), ElementsAre(ShardRange{0, 1}, ShardRange{1, 1}));
}

}  // namespace
}  // namespace tricorn::comm
