#include "server/scheduler/placement.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tricorn::server {
namespace {

using ::testing::HasSubstr;

Offer Worker(const std::string& name, const std::string& host, int slots = 1) {
  return {.worker = name,
          .host = host,
          .free_slots = slots,
          .slots = slots,
          .free_threads = 2 * slots,
          .threads = 2 * slots,
          .free_memory_bytes = 1000,
          .memory_bytes = 1000,
          .free_gpus = 0,
          .gpus = 0};
}

Demand Job(const std::string& name, int64_t sequence, int min_workers, int max_workers) {
  return {.job = name,
          .queue = "default",
          .priority = 0,
          .sequence = sequence,
          .min_workers = min_workers,
          .max_workers = max_workers,
          .threads = 0,
          .memory_bytes = 0,
          .gpus = 0,
          .waited = absl::ZeroDuration()};
}

const Verdict& Of(const std::vector<Verdict>& verdicts, const std::string& job) {
  for (const Verdict& verdict : verdicts) {
    if (verdict.job == job) return verdict;
  }
  ADD_FAILURE() << job << " has no verdict";
  return verdicts.front();
}

TEST(Place, PlacesTheWholeGangOrNothing) {
  const auto verdicts =
      Place({Worker("a", "h"), Worker("b", "h")}, {Job("big", 1, 3, 3), Job("small", 2, 2, 2)}, {});
  EXPECT_TRUE(Of(verdicts, "big").gang.empty());
  EXPECT_THAT(Of(verdicts, "big").reason, HasSubstr("needs 3 workers; all 2 registered"));
  EXPECT_EQ(Of(verdicts, "small").gang.size(), 2u);
}

TEST(Place, TakesAsManyAsTheJobMayUse) {
  const auto verdicts =
      Place({Worker("a", "h"), Worker("b", "h"), Worker("c", "h")}, {Job("j", 1, 1, 2)}, {});
  EXPECT_EQ(Of(verdicts, "j").gang.size(), 2u);
  EXPECT_EQ(Of(verdicts, "j").gang[0].threads, 2);
}

TEST(Place, HigherPriorityGoesFirst) {
  Demand late = Job("late", 2, 1, 1);
  late.priority = 5;
  const auto verdicts = Place({Worker("a", "h")}, {Job("early", 1, 1, 1), late}, {});
  EXPECT_EQ(Of(verdicts, "late").gang.size(), 1u);
  EXPECT_THAT(Of(verdicts, "early").reason, HasSubstr("0 of 1 places are free"));
}

TEST(Place, SharesBetweenQueues) {
  Demand first = Job("first", 1, 1, 1), second = Job("second", 2, 1, 1),
         other = Job("other", 3, 1, 1);
  other.queue = "guests";
  const auto verdicts = Place({Worker("a", "h"), Worker("b", "h")}, {first, second, other}, {});
  EXPECT_EQ(Of(verdicts, "first").gang.size(), 1u);
  EXPECT_EQ(Of(verdicts, "second").gang.size(), 0u);
  EXPECT_EQ(Of(verdicts, "other").gang.size(), 1u);
  const auto again = Place({Worker("a", "h")}, {first, other}, {{"guests", 3}});
  EXPECT_EQ(Of(again, "first").gang.size(), 1u);
}

TEST(Place, SmallJobsPassUntilTheBigOneHasWaitedLong) {
  Offer busy = Worker("a", "h");
  busy.free_slots = 0;
  Demand big = Job("big", 1, 2, 2);
  const Demand small = Job("small", 2, 1, 1);
  EXPECT_EQ(Of(Place({busy, Worker("b", "h")}, {big, small}, {}), "small").gang.size(), 1u);
  big.waited = kReservationAfter;
  const auto verdicts = Place({busy, Worker("b", "h")}, {big, small}, {});
  EXPECT_THAT(Of(verdicts, "small").reason, HasSubstr("waits behind jobs/big, which needs 2"));
}

TEST(Place, AnImpossibleJobReservesNothing) {
  Demand big = Job("big", 1, 9, 9);
  big.waited = kReservationAfter;
  EXPECT_EQ(Of(Place({Worker("a", "h")}, {big, Job("small", 2, 1, 1)}, {}), "small").gang.size(),
            1u);
}

TEST(Place, PrefersTheTightestHostThatHoldsTheGang) {
  const auto verdicts =
      Place({Worker("a", "roomy", 4), Worker("b", "tight", 2), Worker("c", "tiny")},
            {Job("j", 1, 2, 2)}, {});
  for (const Member& member : Of(verdicts, "j").gang) EXPECT_EQ(member.worker, "b");
}

TEST(Place, CountsThreadsMemoryAndGpus) {
  Demand threads = Job("threads", 1, 1, 1), memory = Job("memory", 2, 1, 1),
         gpus = Job("gpus", 3, 1, 1);
  threads.threads = 3;
  memory.memory_bytes = 1001;
  gpus.gpus = 1;
  for (const Verdict& verdict : Place({Worker("a", "h")}, {threads, memory, gpus}, {})) {
    EXPECT_TRUE(verdict.gang.empty()) << verdict.job;
    EXPECT_THAT(verdict.reason, HasSubstr("room for 0"));
  }
  threads.threads = 2;
  EXPECT_EQ(Place({Worker("a", "h", 2)}, {threads}, {})[0].gang.size(), 1u);
}

}  // namespace
}  // namespace tricorn::server
