#include "core/comm/factory/create_communicator.h"

#include "core/base/status.h"
#include "core/comm/group_plan.h"
#include "core/comm/host_id.h"
#include "core/comm/memory_store.h"
#include "core/comm/testing/lost_rank.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

// Rank r is on the host called hosts[r].
Connect OnHosts(const std::string& hosts, int total_shards) {
  return [=](int rank, Store& store) {
    const int size = static_cast<int>(hosts.size());
    return CreateCommunicator({.rank = rank,
                               .size = size,
                               .shards = EvenRanges(total_shards, size)[rank],
                               .total_shards = total_shards,
                               .host_id = hosts.substr(rank, 1),
                               .store = &store,
                               .timeout = absl::Seconds(20)});
  };
}

TEST(CreateCommunicator, GivesTheBitsOfTheSerialTreeForEveryLayout) {
  for (const auto& [hosts, total] : std::vector<std::pair<std::string, int>>{{"a", 3},
                                                                             {"aa", 4},
                                                                             {"ab", 4},
                                                                             {"aab", 3},
                                                                             {"aabb", 4},
                                                                             {"abab", 4},
                                                                             {"abba", 7},
                                                                             {"aabc", 9},
                                                                             {"aabb", 1}}) {
    const absl::Status status =
        CheckCollectivesOfProcesses(static_cast<int>(hosts.size()), OnHosts(hosts, total));
    EXPECT_TRUE(status.ok()) << hosts << ", " << total << " shards: " << status;
  }
}

TEST(CreateCommunicator, HierarchicalSurvivorsGetAnErrorInTimeAndLeakNothing) {
  for (int seed = 0; seed < 20; ++seed) {
    const absl::Status status = CheckLostRank(4, seed, OnHosts("aabb", 4));
    EXPECT_TRUE(status.ok()) << "seed " << seed << ": " << status;
  }
}

TEST(CreateCommunicator, HierarchicalAbortReachesEveryRank) {
  for (const std::string hosts : {"aab", "abb", "aabb", "baab"}) {
    const absl::Status status =
        CheckAbort(static_cast<int>(hosts.size()), OnHosts(hosts, static_cast<int>(hosts.size())));
    EXPECT_TRUE(status.ok()) << hosts << ": " << status;
  }
}

TEST(CreateCommunicator, NamesWhatDoesNotFit) {
  MemoryStore store;
  CommunicatorOptions options{};
  options.rank = 2;
  options.size = 2;
  options.store = &store;
  EXPECT_EQ(CreateCommunicator(options).status(),
            absl::InvalidArgumentError("rank: expected 0 to 1, received 2"));
  options.rank = 0;
  options.shards = {0, 1};
  options.timeout = absl::Milliseconds(20);
  EXPECT_EQ(CreateCommunicator(options).status(),
            absl::DeadlineExceededError("rank 1 did not join: comm/0/rank/1: not set in time"));
  ASSERT_TRUE(store.Set("comm/0/rank/1", "0 1 here").ok());
  EXPECT_EQ(CreateCommunicator(options).status(),
            absl::InvalidArgumentError("rank 1: expected shards from 1, up to 1, received [0, 1)"));
  options.size = 1;
  options.total_shards = 3;
  EXPECT_TRUE(absl::IsInvalidArgument(CreateCommunicator(options).status()));
}

TEST(HostId, IsTheSameWithinAProcess) {
  const auto id = LocalHostId();
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, *LocalHostId());
  EXPECT_GT(id->size(), 36u);
}

}  // namespace
}  // namespace tricorn::comm
