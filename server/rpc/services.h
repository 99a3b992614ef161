#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "proto/rpc/transport.h"
#include "server/blob/blob_store.h"
#include "server/coordinator/coordinator.h"

namespace grpc {
class ChannelCredentials;
class Service;
}  // namespace grpc

namespace tricorn::server {

// What the server tells about itself and holds its callers to.
struct ServerFacts {
  std::string version;
  std::string cluster_id;
  std::string http_address;
  absl::Time start_time;
  int64_t max_message_bytes = rpc::kDefaultMaxMessageBytes;
  int64_t max_chunk_bytes = int64_t{1} << 20;
  int64_t max_blob_bytes = int64_t{64} << 30;
  MachineOptions machine;
};

std::unique_ptr<grpc::Service> NewModelService(Coordinator& coordinator);
std::unique_ptr<grpc::Service> NewDatasetService(Coordinator& coordinator);
std::unique_ptr<grpc::Service> NewJobService(Coordinator& coordinator);
std::unique_ptr<grpc::Service> NewDeploymentService(Coordinator& coordinator);
std::unique_ptr<grpc::Service> NewPredictService(
    Coordinator& coordinator, const ServerFacts& facts,
    std::shared_ptr<grpc::ChannelCredentials> to_predictors);
std::unique_ptr<grpc::Service> NewClusterService(Coordinator& coordinator,
                                                 const ServerFacts& facts);
std::unique_ptr<grpc::Service> NewBlobService(Coordinator& coordinator, BlobStore& store,
                                              const ServerFacts& facts);
std::unique_ptr<grpc::Service> NewWorkerService(Coordinator& coordinator, const ServerFacts& facts);
std::unique_ptr<grpc::Service> NewTrainerService(Coordinator& coordinator);
std::unique_ptr<grpc::Service> NewRendezvousService(Coordinator& coordinator);

}  // namespace tricorn::server
