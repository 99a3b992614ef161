#include <stdlib.h>

#include <cstdio>
#include <string>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

// What `size` ranks under mpirun print: rank_main.cc.
std::string OutputOf(int size, const std::string& scenario, const std::string& flags = "") {
  setenv("TRICORN_MPI_MODULE", TRICORN_MPI_MODULE, 1);
  const std::string command =
      fmt::format("timeout 120 {} --allow-run-as-root --oversubscribe {} -n {} {} {} 2>&1",
                  TRICORN_MPIRUN, flags, size, TRICORN_RANK, scenario);
  std::FILE* const pipe = popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  pclose(pipe);
  return output;
}

// mpirun ends nobody because another process ended otherwise than by MPI_Finalize.
constexpr char kLetLive[] = "--enable-recovery";

// Of all ranks but `missing`.
void ExpectFromAll(const std::string& output, int size, int missing = -1) {
  for (int rank = 0; rank < size; ++rank) {
    if (rank == missing) continue;
    EXPECT_THAT(output, testing::HasSubstr(fmt::format("rank {}: as expected", rank)));
  }
}

TEST(MpiWorld, GivesTheBitsOfTheSerialTree) {
  for (const int size : {1, 2, 3, 4}) ExpectFromAll(OutputOf(size, "sum"), size);
}

TEST(MpiWorld, AbortReachesEveryRank) {
  for (const int size : {2, 3}) ExpectFromAll(OutputOf(size, "abort", kLetLive), size);
}

TEST(MpiWorld, TellsThatARankLeft) { ExpectFromAll(OutputOf(2, "leave", kLetLive), 2); }

TEST(MpiWorld, TellsThatRanksCallDifferentCollectives) {
  ExpectFromAll(OutputOf(2, "differ", kLetLive), 2);
}

TEST(MpiWorld, SurvivorsOfAKilledRankGetAnErrorInTime) {
  for (int seed = 0; seed < 6; ++seed) {
    const int size = 2 + seed % 2;
    const int victim = seed % size;
    ExpectFromAll(OutputOf(size, fmt::format("lose {} {}", victim, seed * 3001), kLetLive), size,
                  victim);
  }
}

// What mpirun does by itself, which is what users meet.
TEST(MpiWorld, ADeathEndsTheGangInTime) {
  const absl::Time start = absl::Now();
  EXPECT_THAT(OutputOf(3, "lose 1 5000"), testing::HasSubstr("exited on signal 9"));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
}

}  // namespace
}  // namespace tricorn::comm
