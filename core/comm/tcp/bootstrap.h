#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/comm/tcp/tcp_group.h"
#include "core/comm/unique_fd.h"

namespace tricorn::comm {

// The two connections to a peer. `control` carries an abort or a farewell, also while `data` is in
// the middle of a message, and is idle otherwise, so that keep-alive probes tell a dead host.
struct Link {
  UniqueFd data;
  UniqueFd control;
};

// Connects every pair of members: each listens, publishes its address and a secret in the store,
// and calls those before it. Strangers that call are dropped. Entry m leads to member m; the own is
// empty.
absl::StatusOr<std::vector<Link>> ConnectLinks(const TcpOptions& options);

}  // namespace tricorn::comm
