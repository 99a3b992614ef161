#include "client/cli/session.h"

#include <iostream>

namespace tricorn::cli {

absl::StatusOr<client::Client> Session::Connect() const {
  client::ClientOptions options = client;
  options.timeout = absl::Seconds(timeout_s);
  return client::Client::Connect(std::move(options));
}

void Session::Print(const Json& reply, const std::string& text) const {
  if (json) {
    std::cout << reply.Dump() << std::endl;
  } else if (!text.empty()) {
    std::cout << text << std::endl;
  }
}

}  // namespace tricorn::cli
