#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/comm/unique_fd.h"

namespace tricorn::comm {

// Sockets without gRPC: all are non-blocking and closed on exec. `host` and `address` are numeric,
// IPv4 or IPv6: "10.0.0.2", "10.0.0.2:4711", "[fd00::2]:4711".

struct Listener {
  UniqueFd socket;
  std::string address;  // with the port that the system chose
};
absl::StatusOr<Listener> ListenOn(const std::string& host);

absl::StatusOr<UniqueFd> ConnectTo(const std::string& address, absl::Time deadline);

// The next connection, if one waits.
absl::StatusOr<UniqueFd> Accept(int listener);

// Small messages go at once.
void SendWithoutDelay(int socket);

// Makes reads of an idle connection fail when the other host has been silent for some 4 s, while a
// process that is merely slow may take as long as it likes. (TCP_USER_TIMEOUT on a connection with
// data would also end it when the peer does not read for a while.)
void WatchForSilence(int socket);

}  // namespace tricorn::comm
