// Hosts as the network namespaces of one machine: real addresses, real host ids, a cable to pull.

#include <optional>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/factory/create_communicator.h"
#include "core/comm/file_store.h"
#include "core/comm/group_plan.h"
#include "core/comm/host_id.h"
#include "core/comm/testing/lost_rank.h"
#include "core/comm/testing/processes.h"
#include "core/comm/testing/two_hosts.h"
#include "gtest/gtest.h"

namespace tricorn::comm {
namespace {

class TwoHostsTest : public testing::Test {
 protected:
  void SetUp() override {
    auto hosts = TwoHosts::Make();
    if (!hosts.ok()) GTEST_SKIP() << hosts.status();
    hosts_.emplace(*std::move(hosts));
  }

  // The first half of the ranks on host 0, the others on host 1.
  Connect Connector(int size, int total_shards) const {
    return [=, this](int rank, Store& store) -> absl::StatusOr<std::unique_ptr<Communicator>> {
      const int host = rank < size / 2 ? 0 : 1;
      RETURN_IF_ERROR(hosts_->Enter(host));
      ASSIGN_OR_RETURN(const std::string host_id, LocalHostId());
      return CreateCommunicator({.rank = rank,
                                 .size = size,
                                 .shards = EvenRanges(total_shards, size)[rank],
                                 .total_shards = total_shards,
                                 .host_id = host_id,
                                 .listen_host = TwoHosts::AddressOf(host),
                                 .store = &store,
                                 .timeout = absl::Seconds(20)});
    };
  }

  std::optional<TwoHosts> hosts_;
};

TEST_F(TwoHostsTest, GiveTheBitsOfTheSerialTree) {
  for (const auto& [size, total] : std::vector<std::pair<int, int>>{{2, 4}, {4, 4}, {3, 7}}) {
    const absl::Status status = CheckCollectivesOfProcesses(size, Connector(size, total));
    EXPECT_TRUE(status.ok()) << size << " ranks, " << total << " shards: " << status;
  }
}

TEST_F(TwoHostsTest, SurvivorsOfAKilledRankGetAnErrorInTimeAndLeakNothing) {
  for (int seed = 0; seed < 6; ++seed) {
    const absl::Status status = CheckLostRank(4, seed, Connector(4, 4));
    EXPECT_TRUE(status.ok()) << "seed " << seed << ": " << status;
  }
}

TEST_F(TwoHostsTest, ASilentHostIsLostAndASlowOneIsNot) {
  TemporaryDirectory directory;
  FileStore store(Env::Posix(), directory.path());
  Processes processes(2, [&](int rank) -> absl::Status {
    ASSIGN_OR_RETURN(auto communicator, Connector(2, 2)(rank, store));
    if (rank == 1) absl::SleepFor(absl::Seconds(6));
    RETURN_IF_ERROR(communicator->Barrier());
    RETURN_IF_ERROR(store.Set(fmt::format("started/{}", rank), ""));
    if (rank == 1) absl::SleepFor(absl::Seconds(60));
    const absl::Status status = communicator->Barrier();
    if (!absl::IsUnavailable(status))
      return Internal("expected a loss, received {}", status.ToString());
    return absl::OkStatus();
  });
  for (int rank = 0; rank < 2; ++rank) {
    ASSERT_TRUE(store.Get(fmt::format("started/{}", rank), absl::Now() + absl::Seconds(30)).ok());
  }
  ASSERT_TRUE(hosts_->PullCable().ok());
  const absl::Time pulled = absl::Now();
  const absl::Status survivor = processes.WaitForOne(0, absl::Seconds(10));
  EXPECT_TRUE(survivor.ok()) << survivor;
  EXPECT_LT(absl::Now() - pulled, absl::Seconds(7));
}

}  // namespace
}  // namespace tricorn::comm
