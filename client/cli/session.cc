#include "client/cli/session.h"

#include <iostream>

#include "core/base/status.h"

namespace tricorn::cli {

absl::StatusOr<client::Client> Session::Connect() const {
  client::ClientOptions options = client;
  options.timeout = absl::Seconds(timeout_s);
  ASSIGN_OR_RETURN(client::Client connected, client::Client::Connect(std::move(options)));
  // Kept to the end of the process: gRPC 1.51 now and then aborts ("assertion failed: prior > 0")
  // when a channel that has only just connected is destroyed.
  return *new client::Client(std::move(connected));
}

void Session::Print(const Json& reply, const std::string& text) const {
  if (json) {
    std::cout << reply.Dump() << std::endl;
  } else if (!text.empty()) {
    std::cout << text << std::endl;
  }
}

}  // namespace tricorn::cli
