#include "server/rpc/server.h"

#include <chrono>
#include <utility>
#include <vector>

#include "core/base/env.h"
#include "core/base/status.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/service_type.h"
#include "server/rpc/call_observer.h"

namespace tricorn::server {
namespace {

class Server : public RpcServer {
 public:
  Server(std::string address, std::vector<std::unique_ptr<grpc::Service>> services,
         std::unique_ptr<grpc::Server> server)
      : address_(std::move(address)), services_(std::move(services)), server_(std::move(server)) {}
  ~Server() override { Shutdown(absl::ZeroDuration()); }

  std::string address() const override { return address_; }
  void Shutdown(absl::Duration grace) override {
    server_->GetHealthCheckService()->Shutdown();
    server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(grace));
  }

 private:
  const std::string address_;
  const std::vector<std::unique_ptr<grpc::Service>> services_;
  const std::unique_ptr<grpc::Server> server_;
};

std::string_view HostOf(std::string_view address) {
  if (!address.empty() && address[0] == '[') return address.substr(1, address.find(']') - 1);
  return address.substr(0, address.rfind(':'));
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> Credentials(
    const RpcServerOptions& options) {
  if (options.tls.certificate.empty()) {
    if (!options.tls.key.empty() || !options.tls.client_ca.empty()) {
      return InvalidArgument("TLS: expected a certificate with the key, received only the rest");
    }
    if (!IsLoopback(options.listen) && !options.insecure) {
      return FailedPrecondition(
          "listen {}: expected a loopback address, TLS files, or --insecure to be reached by "
          "anybody",
          options.listen);
    }
    return grpc::InsecureServerCredentials();
  }
  Env& env = Env::Posix();
  grpc::SslServerCredentialsOptions ssl(
      options.tls.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                                    : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  ASSIGN_OR_RETURN(pair.cert_chain, env.ReadFile(options.tls.certificate));
  ASSIGN_OR_RETURN(pair.private_key, env.ReadFile(options.tls.key));
  ssl.pem_key_cert_pairs.push_back(std::move(pair));
  if (!options.tls.client_ca.empty()) {
    ASSIGN_OR_RETURN(ssl.pem_root_certs, env.ReadFile(options.tls.client_ca));
  }
  return grpc::SslServerCredentials(ssl);
}

}  // namespace

bool IsLoopback(std::string_view address) {
  if (address.rfind("unix:", 0) == 0) return true;
  const std::string_view host = HostOf(address);
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const RpcServerOptions& options,
                                                            const ServerFacts& facts,
                                                            Coordinator& coordinator,
                                                            BlobStore& store) {
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::ServerCredentials> credentials, Credentials(options));
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(NewModelService(coordinator));
  services.push_back(NewDatasetService(coordinator));
  services.push_back(NewBlobService(coordinator, store, facts));
  services.push_back(NewJobService(coordinator));
  services.push_back(NewPredictService(coordinator, facts));
  services.push_back(NewDeploymentService(coordinator));
  services.push_back(NewClusterService(coordinator, facts));
  services.push_back(NewWorkerService(coordinator, facts));
  services.push_back(NewTrainerService(coordinator));
  services.push_back(NewRendezvousService(coordinator));

  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(options.listen, credentials, &port);
  // Two servers on one port would each get a part of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Clients and workers that went away without a word are noticed.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  builder.SetMaxReceiveMessageSize(static_cast<int>(facts.max_message_bytes));
  builder.SetMaxSendMessageSize(static_cast<int>(facts.max_message_bytes));
  for (const auto& service : services) builder.RegisterService(service.get());
  if (options.observe != nullptr) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> observers;
    observers.push_back(NewCallObserver(options.observe));
    builder.experimental().SetInterceptorCreators(std::move(observers));
  }
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return Unavailable(
        "listen {}: expected a free address of this machine, received one that "
        "cannot be listened on",
        options.listen);
  }
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  const bool is_unix = options.listen.rfind("unix:", 0) == 0;
  return std::make_unique<Server>(is_unix ? options.listen : fmt::format("{}:{}", host, port),
                                  std::move(services), std::move(server));
}

}  // namespace tricorn::server
