#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/rpc/transport.h"
#include "server/rpc/services.h"

namespace tricorn::server {

struct RpcServerOptions {
  std::string listen = "127.0.0.1:0";
  rpc::TlsFiles tls;
  // Allows listening beyond loopback without TLS.
  bool insecure = false;
  // Called when a call ends: "/tricorn.v1.JobService/GetJob", its code, how long it took.
  std::function<void(std::string_view method, int code, absl::Duration duration)> observe;
};

// All services, with health and reflection, on one port.
class RpcServer {
 public:
  // Errors: those of rpc::ServerCredentialsFor, Unavailable (cannot listen: the port is taken),
  // what the disk says of the store.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(const RpcServerOptions& options,
                                                          const ServerFacts& facts,
                                                          Coordinator& coordinator,
                                                          BlobStore& store);
  virtual ~RpcServer() = default;
  // host:port, with the port chosen when it was 0.
  virtual std::string address() const = 0;
  // Refuses new calls, gives running ones `grace` and then cancels them.
  virtual void Shutdown(absl::Duration grace) = 0;
};

}  // namespace tricorn::server
