#include "server/rpc/server.h"

#include <chrono>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/service_type.h"
#include "server/rpc/call_observer.h"
#include "server/rpc/stored_blobs.h"

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

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const RpcServerOptions& options,
                                                            const ServerFacts& facts,
                                                            Coordinator& coordinator,
                                                            BlobStore& store) {
  ASSIGN_OR_RETURN(std::shared_ptr<grpc::ServerCredentials> credentials,
                   rpc::ServerCredentialsFor(options.listen, options.tls, options.insecure));
  // Predictors trust the CA that we do; without one there is no TLS inside the cluster.
  std::shared_ptr<grpc::ChannelCredentials> to_predictors = grpc::InsecureChannelCredentials();
  if (!options.tls.ca.empty()) {
    ASSIGN_OR_RETURN(to_predictors, rpc::ChannelCredentialsFor(options.tls));
  }
  RETURN_IF_ERROR(RecordStoredBlobs(coordinator, store));
  std::vector<std::unique_ptr<grpc::Service>> services;
  services.push_back(NewModelService(coordinator));
  services.push_back(NewDatasetService(coordinator));
  services.push_back(NewBlobService(coordinator, store, facts));
  services.push_back(NewJobService(coordinator));
  services.push_back(NewPredictService(coordinator, facts, to_predictors));
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
  rpc::ConfigureServer(builder, static_cast<int>(facts.max_message_bytes));
  // Clients and workers that went away without a word are noticed.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
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
