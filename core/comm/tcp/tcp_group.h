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

struct TcpOptions {
  GroupPlan plan;
  int member = 0;
  std::vector<int> ranks;                 // of the members, for messages
  std::string listen_host = "127.0.0.1";  // a numeric address of this host that the others reach
  Store* store = nullptr;
  std::string prefix;  // of the store's keys
  absl::Time deadline = absl::InfiniteFuture();
};

// The collectives of processes that reach each other over TCP. All members call it at once.
// Errors: DeadlineExceeded, naming the rank, if a member does not come; Unavailable if it cannot be
// reached.
absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectTcpGroup(const TcpOptions& options);

}  // namespace tricorn::comm
