#include "client/lib/client.h"

#include <random>
#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/convert.h"
#include "core/base/status.h"
#include "proto/rpc/transport.h"
#include "tricorn/v1/cluster.grpc.pb.h"

namespace tricorn::client {
namespace {

using Cluster = v1::ClusterService::StubInterface::async_interface;

}  // namespace

std::string RequestId(const CallOptions& call) {
  if (!call.request_id.empty()) return call.request_id;
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

absl::StatusOr<Client> Client::Connect(ClientOptions options) {
  RETURN_IF_ERROR(rpc::CheckAddress("coordinator", options.address));
  ASSIGN_OR_RETURN(
      const auto credentials,
      rpc::ChannelCredentialsFor(
          {.ca = options.tls_ca, .certificate = options.tls_certificate, .key = options.tls_key}));
  auto impl = std::make_shared<Impl>();
  impl->channel = rpc::MakeChannel(options.address, credentials);
  impl->options = std::move(options);
  const Client client(impl);
  const absl::Status status = client.GetServerInfo().status();
  if (status.ok()) return client;
  return WithSubject(
      status, fmt::format("coordinator {}: expected an answer within {}, received",
                          impl->options.address, absl::FormatDuration(impl->options.timeout)));
}

const std::string& Client::address() const { return impl_->options.address; }

absl::StatusOr<ServerInfo> Client::GetServerInfo(const CallOptions& options) const {
  return impl_
      ->Start<v1::ClusterService>(
          &Cluster::GetServerInfo, v1::GetServerInfoRequest(), options,
          [](const v1::ServerInfo& info) { return absl::StatusOr<ServerInfo>(FromProto(info)); })
      .get();
}

absl::StatusOr<std::vector<Worker>> Client::ListWorkers(const CallOptions& options) const {
  std::vector<Worker> workers;
  RETURN_IF_ERROR(ForEachPage(
      [&](const std::string& token) {
        v1::ListWorkersRequest request;
        request.set_page_token(token);
        return impl_->Call<v1::ClusterService>(&Cluster::ListWorkers, std::move(request), options);
      },
      [&](const v1::ListWorkersResponse& page) {
        for (const v1::Worker& worker : page.workers()) workers.push_back(FromProto(worker));
      }));
  return workers;
}

}  // namespace tricorn::client
