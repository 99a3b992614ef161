#include "core/comm/tcp/tcp_group.h"

#include <unistd.h>

#include <numeric>
#include <thread>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/memory_store.h"
#include "core/comm/tcp/socket.h"
#include "core/comm/testing/lost_rank.h"
#include "core/comm/testing/sum_cases.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectGroup(int size, int total_shards, int rank,
                                                              Store& store) {
  TcpOptions options;
  ASSIGN_OR_RETURN(options.plan, GroupPlan::OfRanks(total_shards, EvenRanges(total_shards, size)));
  options.member = rank;
  options.ranks.resize(size);
  std::iota(options.ranks.begin(), options.ranks.end(), 0);
  options.store = &store;
  options.prefix = "test";
  options.deadline = absl::Now() + absl::Seconds(20);
  return ConnectTcpGroup(options);
}

Connect ConnectTcp(int size, int total_shards) {
  return [=](int rank, Store& store) -> absl::StatusOr<std::unique_ptr<Communicator>> {
    ASSIGN_OR_RETURN(auto group, ConnectGroup(size, total_shards, rank, store));
    return MakeCommunicator(std::move(group));
  };
}

TEST(TcpGroup, GivesTheBitsOfTheSerialTree) {
  for (const auto& [size, total] : std::vector<std::pair<int, int>>{
           {1, 1}, {1, 5}, {2, 1}, {2, 2}, {2, 3}, {2, 8}, {3, 4}, {3, 7}, {4, 4}, {4, 13}}) {
    const absl::Status status = CheckCollectivesOfProcesses(size, ConnectTcp(size, total));
    EXPECT_TRUE(status.ok()) << size << " ranks, " << total << " shards: " << status;
  }
}

TEST(TcpGroup, SurvivorsOfAKilledRankGetAnErrorInTimeAndLeakNothing) {
  for (int seed = 0; seed < 20; ++seed) {
    const int size = 2 + seed % 2;
    const absl::Status status = CheckLostRank(size, seed, ConnectTcp(size, 4));
    EXPECT_TRUE(status.ok()) << "seed " << seed << ": " << status;
  }
}

TEST(TcpGroup, AbortReachesEveryRank) {
  for (const int size : {2, 3}) {
    const absl::Status status = CheckAbort(size, ConnectTcp(size, size));
    EXPECT_TRUE(status.ok()) << status;
  }
}

// In a composition the first look may come to nothing, because what the other group waited for came
// just then.
TEST(TcpGroup, TellsWhyAMemberAbortedAsOftenAsItIsAsked) {
  MemoryStore store;
  std::unique_ptr<ComposableGroup> first;
  std::thread connecting([&] { first = ConnectGroup(2, 2, 0, store).value(); });
  const auto second = ConnectGroup(2, 2, 1, store);
  connecting.join();
  ASSERT_TRUE(second.ok()) << second.status();
  first->Abort(absl::UnavailableError("rank 7 is lost"));
  first.reset();
  const absl::Time deadline = absl::Now() + absl::Seconds(10);
  while ((*second)->Check().ok() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ((*second)->Check(), absl::UnavailableError("from rank 0: rank 7 is lost"));
  }
  EXPECT_EQ((*second)->Barrier(), absl::UnavailableError("from rank 0: rank 7 is lost"));
}

TEST(TcpGroup, ServesThreadsOfOneProcess) {
  MemoryStore store;
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 2; ++rank) {
    threads.emplace_back([rank, &store] {
      auto communicator = ConnectTcp(2, 4)(rank, store);
      ASSERT_TRUE(communicator.ok()) << communicator.status();
      const absl::Status status = CheckCollectives(**communicator);
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(TcpGroup, NamesTheRankThatDoesNotCome) {
  MemoryStore store;
  TcpOptions options;
  options.plan = *GroupPlan::OfRanks(2, EvenRanges(2, 2));
  options.ranks = {4, 5};
  options.store = &store;
  options.prefix = "job/3";
  options.deadline = absl::Now() + absl::Milliseconds(50);
  const absl::Status silent = ConnectTcpGroup(options).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(silent));
  EXPECT_THAT(std::string(silent.message()),
              testing::StartsWith("rank 5 did not join: it did not call 127.0.0.1:"));
  options.prefix = "job/4";
  options.member = 1;
  EXPECT_EQ(ConnectTcpGroup(options).status(),
            absl::DeadlineExceededError("rank 4 did not join: job/4/tcp/4: not set in time"));
}

TEST(TcpGroup, NamesTheRankThatCannotBeReached) {
  MemoryStore store;
  TcpOptions options;
  options.plan = *GroupPlan::OfRanks(2, EvenRanges(2, 2));
  options.ranks = {0, 1};
  options.member = 1;
  options.store = &store;
  {
    const auto gone = ListenOn("127.0.0.1");
    ASSERT_TRUE(gone.ok()) << gone.status();
    ASSERT_TRUE(store.Set("/tcp/0", gone->address + " 7").ok());
  }
  const absl::Status refused = ConnectTcpGroup(options).status();
  EXPECT_TRUE(absl::IsUnavailable(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), testing::StartsWith("rank 0 did not join: 127.0"));
  options.listen_host = "nowhere";
  EXPECT_TRUE(absl::IsInvalidArgument(ConnectTcpGroup(options).status()));
}

TEST(TcpGroup, DropsStrangers) {
  MemoryStore store;
  std::thread first([&store] {
    const auto communicator = ConnectTcp(2, 2)(0, store);
    ASSERT_TRUE(communicator.ok()) << communicator.status();
    EXPECT_TRUE((*communicator)->Barrier().ok());
  });
  const auto invitation = store.Get("test/tcp/0", absl::Now() + absl::Seconds(10));
  ASSERT_TRUE(invitation.ok());
  const std::string address = invitation->substr(0, invitation->find(' '));
  const auto silent = ConnectTo(address, absl::Now() + absl::Seconds(1));
  ASSERT_TRUE(silent.ok()) << silent.status();
  const auto lying = ConnectTo(address, absl::Now() + absl::Seconds(1));
  ASSERT_TRUE(lying.ok()) << lying.status();
  ASSERT_EQ(write(lying->get(), "GET / HTTP/1.1\r\n", 16), 16);
  const auto communicator = ConnectTcp(2, 2)(1, store);
  ASSERT_TRUE(communicator.ok()) << communicator.status();
  EXPECT_TRUE((*communicator)->Barrier().ok());
  first.join();
}

TEST(TcpGroup, TellsThatRanksCallDifferentCollectives) {
  MemoryStore store;
  std::thread first([&store] {
    const auto communicator = ConnectTcp(2, 2)(0, store);
    ASSERT_TRUE(communicator.ok()) << communicator.status();
    std::byte bytes[40] = {};
    const std::byte* part = bytes;
    EXPECT_FALSE((*communicator)->AllReduce({&part, 1}, bytes, 10, DType::kF32).ok());
  });
  const auto communicator = ConnectTcp(2, 2)(1, store);
  ASSERT_TRUE(communicator.ok()) << communicator.status();
  const absl::Status status = (*communicator)->Barrier();
  EXPECT_TRUE(absl::IsInternal(status)) << status;
  first.join();
}

}  // namespace
}  // namespace tricorn::comm
