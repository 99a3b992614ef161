#include "core/comm/shm/shm_group.h"

#include <numeric>
#include <thread>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/memory_store.h"
#include "core/comm/testing/lost_rank.h"
#include "core/comm/testing/sum_cases.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

Connect ConnectShm(int size, int total_shards) {
  return [=](int rank, Store& store) -> absl::StatusOr<std::unique_ptr<Communicator>> {
    ShmOptions options;
    ASSIGN_OR_RETURN(options.plan,
                     GroupPlan::OfRanks(total_shards, EvenRanges(total_shards, size)));
    options.member = rank;
    options.ranks.resize(size);
    std::iota(options.ranks.begin(), options.ranks.end(), 0);
    options.store = &store;
    options.prefix = "test";
    options.deadline = absl::Now() + absl::Seconds(20);
    ASSIGN_OR_RETURN(auto group, ConnectShmGroup(options));
    return MakeCommunicator(std::move(group));
  };
}

TEST(ShmGroup, GivesTheBitsOfTheSerialTree) {
  for (const auto& [size, total] : std::vector<std::pair<int, int>>{
           {1, 1}, {1, 5}, {2, 1}, {2, 2}, {2, 3}, {2, 8}, {3, 4}, {3, 7}, {4, 4}, {4, 13}}) {
    const absl::Status status = CheckCollectivesOfProcesses(size, ConnectShm(size, total));
    EXPECT_TRUE(status.ok()) << size << " ranks, " << total << " shards: " << status;
  }
}

TEST(ShmGroup, SurvivorsOfAKilledRankGetAnErrorInTimeAndLeakNothing) {
  for (int seed = 0; seed < 20; ++seed) {
    const int size = 2 + seed % 2;
    const absl::Status status = CheckLostRank(size, seed, ConnectShm(size, 4));
    EXPECT_TRUE(status.ok()) << "seed " << seed << ": " << status;
  }
}

TEST(ShmGroup, AbortReachesEveryRank) {
  for (const int size : {2, 3}) {
    const absl::Status status = CheckAbort(size, ConnectShm(size, size));
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(ShmGroup, ServesThreadsOfOneProcess) {
  MemoryStore store;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 2; ++rank) {
    threads.emplace_back([rank, &store] {
      auto communicator = ConnectShm(2, 4)(rank, store);
      ASSERT_TRUE(communicator.ok()) << communicator.status();
      const absl::Status status = CheckCollectives(**communicator);
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ShmGroup, TellsThatRanksCallDifferentCollectives) {
  MemoryStore store;
  std::thread first([&store] {
    const auto communicator = ConnectShm(2, 2)(0, store);
    ASSERT_TRUE(communicator.ok()) << communicator.status();
    std::byte bytes[40] = {};
    const std::byte* part = bytes;
    EXPECT_TRUE(absl::IsInternal((*communicator)->AllReduce({&part, 1}, bytes, 10, DType::kF32)));
  });
  const auto communicator = ConnectShm(2, 2)(1, store);
  ASSERT_TRUE(communicator.ok()) << communicator.status();
  const absl::Status status = (*communicator)->Barrier();
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  first.join();
}

TEST(ShmGroup, NamesTheRankThatDoesNotCome) {
  MemoryStore store;
  ShmOptions options;
  options.plan = *GroupPlan::OfRanks(2, EvenRanges(2, 2));
  options.ranks = {4, 5};
  options.store = &store;
  options.prefix = "job/3";
  options.deadline = absl::Now() + absl::Milliseconds(50);
  const absl::Status status = ConnectShmGroup(options).status();
  EXPECT_EQ(status,
            absl::DeadlineExceededError("rank 5 did not join: job/3/shm/5: not set in time"));
}

TEST(ShmGroup, RefusesAnotherGroupsSegment) {
  MemoryStore store;
  ShmOptions options;
  options.plan = *GroupPlan::OfRanks(2, EvenRanges(2, 2));
  options.ranks = {0, 1};
  options.store = &store;
  ASSERT_TRUE(store.Set("/shm/1", "nonsense").ok());
  EXPECT_FALSE(ConnectShmGroup(options).ok());
}

}  // namespace
}  // namespace tricorn::comm
