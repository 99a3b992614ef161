#include "proto/rpc/retry.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace tricorn::rpc {
namespace {

constexpr RetryPolicy kQuick = {.channel = nullptr,
                                .initial_delay = absl::Milliseconds(1),
                                .max_delay = absl::Milliseconds(2),
                                .give_up = absl::InfiniteFuture(),
                                .stop = nullptr};

TEST(WithRetry, RepeatsTransientErrorsUntilSuccess) {
  int attempts = 0;
  EXPECT_TRUE(WithRetry(kQuick, [&] {
                return ++attempts < 4 ? absl::UnavailableError("away") : absl::OkStatus();
              }).ok());
  EXPECT_EQ(attempts, 4);
}

TEST(WithRetry, ReturnsAFinalErrorAtOnce) {
  int attempts = 0;
  const absl::Status status = WithRetry(kQuick, [&] {
    ++attempts;
    return absl::AbortedError("stale");
  });
  EXPECT_EQ(status, absl::AbortedError("stale"));
  EXPECT_EQ(attempts, 1);
}

TEST(WithRetry, EndsWhenToldTo) {
  Notification stop;
  RetryPolicy policy = kQuick;
  policy.stop = &stop;
  int attempts = 0;
  const absl::Status status = WithRetry(policy, [&] {
    if (++attempts == 3) stop.Notify();
    return absl::UnavailableError("away");
  });
  EXPECT_EQ(status, absl::UnavailableError("away"));
  EXPECT_EQ(attempts, 3);

  policy = kQuick;
  policy.give_up = absl::Now() + absl::Milliseconds(30);
  EXPECT_EQ(WithRetry(policy, [] { return absl::UnavailableError("away"); }),
            absl::UnavailableError("away"));
}

}  // namespace
}  // namespace tricorn::rpc
