#include "core/plan/blocks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/base/random.h"

namespace tricorn::plan {
namespace {

std::vector<Block> RandomBlocks(uint64_t seed, int count) {
  PhiloxStream random(seed);
  std::vector<Block> blocks;
  for (int i = 0; i < count; ++i) {
    const auto first = static_cast<int32_t>(random.Below(100));
    blocks.push_back({first, first + static_cast<int32_t>(random.Below(20)),
                      64 * static_cast<int64_t>(random.Below(50)), -1});
  }
  return blocks;
}

int64_t MostAlive(const std::vector<Block>& blocks) {
  int64_t most = 0;
  for (int32_t now = 0; now < 120; ++now) {
    int64_t alive = 0;
    for (const Block& block : blocks) {
      if (block.first <= now && now <= block.last) alive += block.nbytes;
    }
    most = std::max(most, alive);
  }
  return most;
}

TEST(PlaceBlocks, BlocksThatLiveTogetherLieApart) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    for (const size_t largest : {0, 10, 1000}) {
      std::vector<Block> blocks = RandomBlocks(seed, 60);
      const int64_t nbytes = PlaceBlocks(blocks, largest);
      for (size_t i = 0; i < blocks.size(); ++i) {
        const Block& a = blocks[i];
        ASSERT_GE(a.offset, 0);
        ASSERT_LE(a.offset + a.nbytes, nbytes);
        for (size_t j = 0; j < i; ++j) {
          const Block& b = blocks[j];
          const bool together = a.first <= b.last && b.first <= a.last;
          const bool apart = a.offset + a.nbytes <= b.offset || b.offset + b.nbytes <= a.offset;
          ASSERT_TRUE(!together || apart || a.nbytes == 0 || b.nbytes == 0)
              << "seed " << seed << ", largest " << largest << ", blocks " << i << " and " << j;
        }
      }
    }
  }
}

TEST(PlaceBlocks, WastesLittleEitherWay) {
  for (const size_t largest : {0, 40, 1000}) {
    int64_t taken = 0, needed = 0;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      std::vector<Block> blocks = RandomBlocks(seed, 300);
      taken += PlaceBlocks(blocks, largest);
      needed += MostAlive(blocks);
    }
    EXPECT_LT(taken, needed + needed / 4) << "largest " << largest;
  }
}

TEST(PlaceBlocks, ByTimeAGapIsUsedAgainOnlyOnceItsBlockIsDead) {
  std::vector<Block> blocks{{0, 1, 64, -1}, {1, 2, 64, -1}, {2, 3, 128, -1}, {3, 4, 64, -1}};
  EXPECT_EQ(PlaceBlocks(blocks, 0), 256);
  EXPECT_EQ(blocks[0].offset, 0);
  EXPECT_EQ(blocks[1].offset, 64);
  EXPECT_EQ(blocks[2].offset, 128);
  EXPECT_EQ(blocks[3].offset, 0);
}

}  // namespace
}  // namespace tricorn::plan
