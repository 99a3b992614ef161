#include "core/base/backoff.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

TEST(Backoff, DoublesUpToItsMaximumAndStartsAgainWhenReset) {
  Backoff backoff(absl::Seconds(1), absl::Seconds(5), 7);
  for (const double full : {1, 2, 4, 5, 5}) {
    const double delay = absl::ToDoubleSeconds(backoff.Next());
    EXPECT_LE(delay, full);
    EXPECT_GE(delay, full / 2);
  }
  backoff.Reset();
  EXPECT_LE(backoff.Next(), absl::Seconds(1));
}

TEST(Backoff, DiffersBetweenSeeds) {
  Backoff a(absl::Seconds(1), absl::Seconds(5), 1);
  Backoff b(absl::Seconds(1), absl::Seconds(5), 2);
  EXPECT_NE(a.Next(), b.Next());
}

}  // namespace
}  // namespace tricorn
