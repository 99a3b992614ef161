#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/comm/group.h"
#include "core/comm/group_plan.h"
#include "core/comm/store.h"

namespace tricorn::comm {

struct ShmOptions {
  GroupPlan plan;
  int member = 0;
  std::vector<int> ranks;  // of the members, for messages
  Store* store = nullptr;
  std::string prefix;  // of the store's keys
  absl::Time deadline = absl::InfiniteFuture();
};

// The collectives of processes (or threads) that share a host: one user, one pid namespace. All
// members call it at once.
// Errors: DeadlineExceeded, naming the rank, if a member does not come; Unavailable if it died.
absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectShmGroup(const ShmOptions& options);

}  // namespace tricorn::comm
