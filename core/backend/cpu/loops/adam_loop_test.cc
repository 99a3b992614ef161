#include "core/backend/cpu/loops/adam_loop.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/backend/cpu/processor/instruction_set.h"
#include "core/base/random.h"

namespace tricorn::backend::cpu {
namespace {

struct State {
  std::vector<float> variable, momentum, velocity;
  bool operator==(const State&) const = default;
};

std::vector<float> Numbers(int64_t count, uint64_t seed) {
  std::vector<float> numbers(static_cast<size_t>(count));
  PhiloxStream random(seed);
  for (float& number : numbers) number = random.Uniform();
  return numbers;
}

// A few updates in place, of elements [1, count - 1).
State Updated(AdamLoop loop, int64_t count) {
  State state{Numbers(count, 1), Numbers(count, 2), Numbers(count, 3)};
  for (uint64_t step = 0; step < 3; ++step) {
    const std::vector<float> gradient = Numbers(count, 4 + step);
    loop({state.variable.data(), gradient.data(), state.momentum.data(), state.velocity.data(),
          state.variable.data(), state.momentum.data(), state.velocity.data()},
         {.rate = 1e-3f, .keep_1 = 0.1f, .keep_2 = 1e-3f, .epsilon = 1e-7f}, 1, count - 1);
  }
  return state;
}

TEST(AdamLoop, TheWidthOfVectorsDoesNotChangeABit) {
  if (!HasAvx512()) GTEST_SKIP() << "this processor has one width";
  for (const int64_t count : {2, 3, 37, 260, 1000}) {
    EXPECT_EQ(Updated(FindAdamLoop(), count), Updated(baseline::UpdateAdam, count)) << count;
  }
}

TEST(AdamLoop, LeavesWhatIsOutsideOfTheRangeAlone) {
  const State before{Numbers(50, 1), Numbers(50, 2), Numbers(50, 3)};
  const State after = Updated(FindAdamLoop(), 50);
  EXPECT_EQ(after.variable.front(), before.variable.front());
  EXPECT_EQ(after.variable.back(), before.variable.back());
  EXPECT_EQ(after.velocity.back(), before.velocity.back());
  EXPECT_NE(after.variable[1], before.variable[1]);
  EXPECT_NE(after.variable[48], before.variable[48]);
}

}  // namespace
}  // namespace tricorn::backend::cpu
