#pragma once

#include <memory>
#include <vector>

#include "core/comm/group.h"

namespace tricorn::comm {

// Where a rank stands among the hosts: ranks_by_host[host][member] == rank. Member 0 of a host is
// its leader.
struct HostLayout {
  std::vector<std::vector<int>> ranks_by_host;

  int HostOf(int rank) const;
  int MemberOf(int rank) const;
};

// A group over all ranks of `plan`, composed of `host`, the group of the ranks of this rank's host,
// and, on a leader (null elsewhere), `leaders`, whose member h brings the roots of host h. Sums
// follow the one tree: the ranks of a host fold the subtrees that they own together, the leaders do
// the levels above.
std::unique_ptr<Group> MakeHierarchicalGroup(GroupPlan plan, int rank, HostLayout layout,
                                             std::unique_ptr<ComposableGroup> host,
                                             std::unique_ptr<ComposableGroup> leaders);

}  // namespace tricorn::comm
