#include "core/comm/factory/create_communicator.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/factory/hierarchical_group.h"
#include "core/comm/factory/roster.h"
#include "core/comm/local/local_group.h"
#include "core/comm/shm/shm_group.h"
#include "core/comm/tcp/tcp_group.h"

namespace tricorn::comm {
namespace {

// What the ranks of one host bring together: member m is ranks[m].
absl::StatusOr<GroupPlan> PlanOfHost(const GroupPlan& all, const std::vector<int>& ranks) {
  std::vector<std::vector<ShardRange>> brings;
  for (const int rank : ranks) brings.push_back(all.brings[rank]);
  return GroupPlan::Create(all.total_shards, std::move(brings));
}

class Connector {
 public:
  Connector(const CommunicatorOptions& options, GroupPlan plan, HostLayout layout,
            absl::Time deadline)
      : options_(options),
        plan_(std::move(plan)),
        layout_(std::move(layout)),
        deadline_(deadline) {}

  absl::StatusOr<std::unique_ptr<Group>> Connect() const {
    std::vector<int> all_ranks(options_.size);
    std::iota(all_ranks.begin(), all_ranks.end(), 0);
    if (layout_.ranks_by_host.size() == 1) return ConnectShm(plan_, all_ranks);
    if (static_cast<int>(layout_.ranks_by_host.size()) == options_.size) {
      return ConnectTcp(plan_, all_ranks);
    }
    return ConnectBoth();
  }

 private:
  absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectShm(const GroupPlan& plan,
                                                              const std::vector<int>& ranks) const {
    return ConnectShmGroup({.plan = plan,
                            .member = layout_.MemberOf(options_.rank),
                            .ranks = ranks,
                            .store = options_.store,
                            .prefix = StorePrefix(options_),
                            .deadline = deadline_});
  }

  absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectTcp(const GroupPlan& plan,
                                                              const std::vector<int>& ranks) const {
    return ConnectTcpGroup({.plan = plan,
                            .member = layout_.HostOf(options_.rank),
                            .ranks = ranks,
                            .listen_host = options_.listen_host,
                            .store = options_.store,
                            .prefix = StorePrefix(options_),
                            .deadline = deadline_});
  }

  absl::StatusOr<std::unique_ptr<Group>> ConnectBoth() const {
    std::vector<std::vector<ShardRange>> roots_by_host;
    std::vector<int> leaders;
    std::unique_ptr<ComposableGroup> host_group;
    std::unique_ptr<ComposableGroup> leader_group;
    for (const std::vector<int>& ranks : layout_.ranks_by_host) {
      ASSIGN_OR_RETURN(const GroupPlan host, PlanOfHost(plan_, ranks));
      roots_by_host.push_back(host.roots);
      leaders.push_back(ranks.front());
      if (std::find(ranks.begin(), ranks.end(), options_.rank) == ranks.end()) continue;
      ASSIGN_OR_RETURN(host_group, ConnectShm(host, ranks));
    }
    if (layout_.MemberOf(options_.rank) == 0) {
      ASSIGN_OR_RETURN(const GroupPlan plan,
                       GroupPlan::Create(plan_.total_shards, std::move(roots_by_host)));
      ASSIGN_OR_RETURN(leader_group, ConnectTcp(plan, leaders));
    }
    return MakeHierarchicalGroup(plan_, options_.rank, layout_, std::move(host_group),
                                 std::move(leader_group));
  }

  const CommunicatorOptions& options_;
  const GroupPlan plan_;
  const HostLayout layout_;
  const absl::Time deadline_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Communicator>> CreateCommunicator(
    const CommunicatorOptions& options) {
  if (options.size < 1 || options.rank < 0 || options.rank >= options.size) {
    return InvalidArgument("rank: expected 0 to {}, received {}", options.size - 1, options.rank);
  }
  if (options.size == 1) {
    ASSIGN_OR_RETURN(const GroupPlan plan,
                     GroupPlan::OfRanks(options.total_shards, {options.shards}));
    return MakeCommunicator(std::move(MakeLocalGroups(plan).front()));
  }
  CHECK(options.store != nullptr);
  const absl::Time deadline = absl::Now() + options.timeout;
  ASSIGN_OR_RETURN(const Roster roster, ExchangeRoster(options, deadline));
  ASSIGN_OR_RETURN(GroupPlan plan, GroupPlan::OfRanks(options.total_shards, roster.shards));
  const Connector connector(options, std::move(plan), {roster.RanksByHost()}, deadline);
  ASSIGN_OR_RETURN(std::unique_ptr<Group> group, connector.Connect());
  return MakeCommunicator(std::move(group));
}

}  // namespace tricorn::comm
