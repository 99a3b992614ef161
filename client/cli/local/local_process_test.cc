#include "client/cli/local/local_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "fmt/core.h"

namespace tricorn::cli {
namespace {

// One for each test: they may run at the same time.
std::string LogPath() {
  const auto& test = *testing::UnitTest::GetInstance()->current_test_info();
  return JoinPath(testing::TempDir(), fmt::format("local_process_{}.log", test.name()));
}

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

std::unique_ptr<LocalProcess> Shell(const std::string& script) {
  EXPECT_TRUE(Env::Posix().WriteFileAtomically(LogPath(), "").ok());
  auto process = LocalProcess::Start("shell", {"/bin/sh", "-c", script}, LogPath());
  EXPECT_TRUE(process.ok()) << process.status();
  return process.ok() ? *std::move(process) : nullptr;
}

TEST(LocalProcess, GivesTheFirstLine) {
  const auto process = Shell("echo ready; sleep 60");
  const auto line = process->FirstLine(Soon());
  ASSERT_TRUE(line.ok()) << line.status();
  EXPECT_EQ(*line, "ready");
  EXPECT_TRUE(process->Running());
}

TEST(LocalProcess, SaysHowItEndedWithTheLastLineOfItsLog) {
  const auto process = Shell("echo first >&2; echo port in use >&2; exit 3");
  const absl::Status status = process->FirstLine(Soon()).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(status.message().find("shell ended with exit code 3: port in use"),
            status.message().npos)
      << status;
}

TEST(LocalProcess, IsNotWaitedForBeyondTheDeadline) {
  const auto process = Shell("sleep 60");
  EXPECT_TRUE(
      absl::IsDeadlineExceeded(process->FirstLine(absl::Now() + absl::Milliseconds(50)).status()));
}

TEST(LocalProcess, GetsSignalsWithItsChildren) {
  const auto process = Shell("sleep 60 & echo up; wait");
  ASSERT_TRUE(process->FirstLine(Soon()).ok());
  process->Signal(SIGTERM);
  const absl::Time deadline = Soon();
  while (process->Running() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_FALSE(process->Running());
}

TEST(LocalProcess, IsKilledEvenBeforeItHasBegun) {
  const absl::Time begin = absl::Now();
  for (int i = 0; i < 20; ++i) Shell("sleep 20");
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

TEST(LocalProcess, NamesAProgramThatIsNotThere) {
  const auto process = LocalProcess::Start("x", {"/nowhere/tricorn-worker"}, LogPath());
  EXPECT_TRUE(absl::IsNotFound(process.status()));
}

}  // namespace
}  // namespace tricorn::cli
