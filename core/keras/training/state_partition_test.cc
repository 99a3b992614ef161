#include "core/keras/training/state_partition.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/keras/optimizers/part_exchange.h"

namespace tricorn::keras {
namespace {

// GPT-2-small's weights, about: an embedding of a third of all, and twelve blocks.
std::vector<PartedWeight> LanguageModel(bool can_be_cut) {
  std::vector<PartedWeight> weights = {{50257 * 768, 4, can_be_cut}, {1024 * 768, 4, can_be_cut}};
  for (int block = 0; block < 12; ++block) {
    for (const int64_t entries : {768, 768, 768 * 2304, 2304, 768 * 768, 768, 768, 768, 768 * 3072,
                                  3072, 3072 * 768, 768}) {
      weights.push_back({entries, 4, can_be_cut});
    }
  }
  return weights;
}

std::vector<int64_t> Loads(const std::vector<Piece>& pieces, int ranks) {
  std::vector<int64_t> loads(static_cast<size_t>(ranks));
  for (const Piece& piece : pieces) loads[static_cast<size_t>(piece.owner)] += 4 * piece.count;
  return loads;
}

int64_t NbytesOf(const std::vector<PartedWeight>& weights) {
  int64_t nbytes = 0;
  for (const PartedWeight& weight : weights) nbytes += weight.entries * weight.entry_nbytes;
  return nbytes;
}

TEST(PartitionWeights, EveryEntryHasOneOwner) {
  const std::vector<PartedWeight> weights = LanguageModel(true);
  for (const int ranks : {1, 2, 3, 8, 64}) {
    size_t weight = 0;
    int64_t next = 0;
    int owner = -1;
    for (const Piece& piece : PartitionWeights(weights, ranks)) {
      if (piece.weight != weight) {
        EXPECT_EQ(next, weights[weight].entries);
        weight = piece.weight;
        next = 0;
        owner = -1;
      }
      EXPECT_EQ(piece.first, next);
      EXPECT_GT(piece.count, 0);
      EXPECT_EQ(piece.first % kUnit, 0);
      EXPECT_GT(piece.owner, owner);
      EXPECT_LT(piece.owner, ranks);
      owner = piece.owner;
      next = piece.first + piece.count;
    }
    EXPECT_EQ(weight + 1, weights.size());
    EXPECT_EQ(next, weights.back().entries);
  }
}

TEST(PartitionWeights, ShareIsEvenToAUnit) {
  const std::vector<PartedWeight> weights = LanguageModel(true);
  for (const int ranks : {2, 4, 8, 16}) {
    const std::vector<int64_t> loads = Loads(PartitionWeights(weights, ranks), ranks);
    EXPECT_LE(*std::max_element(loads.begin(), loads.end()), NbytesOf(weights) / ranks + 4 * kUnit);
  }
}

TEST(PartitionWeights, WeightsThatCannotBeCutStayWhole) {
  const std::vector<PartedWeight> weights = LanguageModel(false);
  const std::vector<Piece> pieces = PartitionWeights(weights, 8);
  EXPECT_EQ(pieces.size(), weights.size());
  const std::vector<int64_t> loads = Loads(pieces, 8);
  EXPECT_EQ(*std::max_element(loads.begin(), loads.end()), 4 * 50257 * 768);
  // The others share the rest.
  EXPECT_LE(*std::max_element(loads.begin() + 1, loads.end()), NbytesOf(weights) / 8);
}

TEST(PartitionWeights, SmallModelsLeaveRanksWithoutAny) {
  const std::vector<PartedWeight> weights = {{10, 4, true}, {20, 4, true}};
  EXPECT_EQ(PartitionWeights(weights, 4), (std::vector<Piece>{{0, 0, 10, 1}, {1, 0, 20, 0}}));
  EXPECT_TRUE(PartitionWeights({}, 4).empty());
}

}  // namespace
}  // namespace tricorn::keras
