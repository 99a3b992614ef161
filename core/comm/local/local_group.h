#pragma once

#include <memory>
#include <vector>

#include "core/comm/communicator.h"
#include "core/comm/group.h"

namespace tricorn::comm {

// The groups of all members of `plan`, for the threads of this process; member m's is at index m.
std::vector<std::unique_ptr<Group>> MakeLocalGroups(const GroupPlan& plan);

// Communicators for `size` threads over `total_shards` shards in even ranges.
std::vector<std::unique_ptr<Communicator>> MakeLocalCommunicators(int size, int total_shards);

}  // namespace tricorn::comm
