#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/coordinator/coordinator.h"
#include "server/gateway/metrics.h"

namespace tricorn::server {

// HTTP for people and Prometheus: `/` status page, `/status.json`, `/metrics`, and for probes
// `/healthz` (the process answers) and `/readyz` (the coordinator's thread answers too).
class HttpServer {
 public:
  // `listen` is host:port; port 0 lets the system choose.
  // Errors: InvalidArgument (not host:port), Unavailable (cannot listen).
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& listen,
                                                           Coordinator& coordinator,
                                                           Metrics& metrics);
  virtual ~HttpServer() = default;
  virtual std::string address() const = 0;
};

}  // namespace tricorn::server
