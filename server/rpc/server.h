#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/rpc/services.h"

namespace tricorn::server {

struct TlsFiles {
  std::string certificate;  // PEM; empty: no TLS
  std::string key;
  std::string client_ca;  // when given, clients must show a certificate it signed
};

struct RpcServerOptions {
  std::string listen = "127.0.0.1:0";
  TlsFiles tls;
  // Allows listening beyond loopback without TLS.
  bool insecure = false;
  // Called when a call ends: "/tricorn.v1.JobService/GetJob", its code, how long it took.
  std::function<void(std::string_view method, int code, absl::Duration duration)> observe;
};

// Whether only this machine can reach the address ("127.0.0.1:0", "[::1]:1", "localhost:1",
// "unix:/path").
bool IsLoopback(std::string_view address);

// All services, with health and reflection, on one port.
class RpcServer {
 public:
  // Errors: FailedPrecondition (not loopback, no TLS, not `insecure`), Unavailable (cannot listen:
  // the port is taken), and of reading the TLS files.
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
