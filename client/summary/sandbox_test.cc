#include "client/summary/sandbox.h"

#include <gtest/gtest.h>

#include <csignal>
#include <vector>

#include "absl/time/clock.h"

namespace tricorn::client {
namespace {

TEST(RunSandboxed, ReturnsTheResultOrTheError) {
  const auto result = RunSandboxed("m", {}, [] { return std::string(100'000, 'x'); });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(*result, std::string(100'000, 'x'));
  EXPECT_EQ(RunSandboxed("m", {},
                         []() -> absl::StatusOr<std::string> {
                           return absl::InvalidArgumentError("expected a, received b");
                         })
                .status(),
            absl::InvalidArgumentError("m: expected a, received b"));
}

TEST(RunSandboxed, SurvivesACrash) {
  const auto result = RunSandboxed("m", {}, []() -> absl::StatusOr<std::string> {
    raise(SIGKILL);
    return std::string();
  });
  EXPECT_TRUE(absl::IsDataLoss(result.status())) << result.status();
}

TEST(RunSandboxed, BoundsTime) {
  const auto result =
      RunSandboxed("m", {.time = absl::Milliseconds(100)}, []() -> absl::StatusOr<std::string> {
        while (true) absl::SleepFor(absl::Seconds(1));
      });
  EXPECT_TRUE(absl::IsDeadlineExceeded(result.status())) << result.status();
}

#ifndef __SANITIZE_ADDRESS__
TEST(RunSandboxed, BoundsMemory) {
  const auto result =
      RunSandboxed("m", {.memory_bytes = int64_t{512} << 20}, []() -> absl::StatusOr<std::string> {
        std::vector<char> much(size_t{1} << 30, 'x');
        return std::string(much.data(), 1);
      });
  EXPECT_EQ(
      result.status(),
      absl::DataLossError("m: expected to need at most 536870912 bytes of memory, received more"));
}
#endif

}  // namespace
}  // namespace tricorn::client
