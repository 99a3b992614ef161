#include "worker/predictor/predictor.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "proto/blob/blob_client.h"
#include "proto/rpc/retry.h"
#include "proto/rpc/unary.h"
#include "tricorn/v1/worker.grpc.pb.h"
#include "worker/blobs/blob_cache.h"
#include "worker/predictor/predict_server.h"

namespace tricorn::worker {
namespace {

constexpr absl::Duration kPublishInterval = absl::Seconds(1);
constexpr absl::Duration kCallTimeout = absl::Seconds(10);
constexpr int64_t kDefaultBatchSize = 32;
constexpr int64_t kMaxBatchSize = 65536;
constexpr int64_t kQueuedBatches = 64;

absl::StatusOr<Batcher::Options> BatchingOf(const v1::BatchingPolicy& policy) {
  Batcher::Options options;
  if (policy.max_batch_size() < 0 || policy.max_batch_size() > kMaxBatchSize) {
    return InvalidArgument("batching.max_batch_size: expected 0 to {}, received {}", kMaxBatchSize,
                           policy.max_batch_size());
  }
  options.max_batch_size =
      policy.max_batch_size() > 0 ? policy.max_batch_size() : kDefaultBatchSize;
  options.max_queued_rows = kQueuedBatches * options.max_batch_size;
  if (policy.has_max_delay()) {
    options.max_delay =
        absl::Seconds(policy.max_delay().seconds()) + absl::Nanoseconds(policy.max_delay().nanos());
  }
  return options;
}

absl::StatusOr<std::unique_ptr<PredictModel>> FetchAndLoad(
    Env& env, const PredictorOptions& options, const std::shared_ptr<grpc::Channel>& channel,
    const std::string& blob, const LoadModel& load) {
  BlobClient client(channel);
  BlobCache cache(env, options.cache_directory, options.cache_limit_bytes);
  ASSIGN_OR_RETURN(const auto file, cache.Open(blob, client));
  std::string bytes(file->size(), '\0');
  RETURN_IF_ERROR(file->ReadAt(0, bytes.size(), bytes.data()));
  return load(std::move(bytes));
}

absl::Status ReportReady(const std::shared_ptr<grpc::Channel>& channel,
                         const PredictorOptions& options, const v1::Assignment& assignment,
                         const std::string& address, const Notification& stop) {
  const auto stub = v1::WorkerService::NewStub(channel);
  v1::ReportPredictorReadyRequest request;
  request.set_worker_id(options.worker_id);
  request.set_incarnation(options.incarnation);
  request.set_assignment_id(assignment.id());
  request.set_address(address);
  rpc::RetryPolicy policy;
  policy.channel = channel.get();
  policy.stop = &stop;
  return rpc::WithRetry(policy, [&] {
    v1::ReportPredictorReadyResponse response;
    return rpc::Unary(*stub, &v1::WorkerService::Stub::ReportPredictorReady, request, &response,
                      kCallTimeout);
  });
}

}  // namespace

absl::Status RunPredictor(Env& env, const v1::Assignment& assignment,
                          const std::shared_ptr<grpc::Channel>& channel,
                          const PredictorOptions& options, const LoadModel& load,
                          const Logger& logger,
                          const std::function<void(const PredictorStats&)>& publish,
                          const Notification& stop) {
  const v1::PredictorTask& task = assignment.predictor();
  PredictServerOptions server_options;
  server_options.deployment = task.deployment();
  server_options.model_version = task.model_version();
  ASSIGN_OR_RETURN(server_options.batching, BatchingOf(task.batching()));
  server_options.listen = options.listen;
  server_options.tls = options.tls;
  server_options.insecure = options.insecure;
  // The other half is for whatever else there is to end.
  server_options.shutdown_grace = options.stop_grace / 2;

  ASSIGN_OR_RETURN(const auto model, FetchAndLoad(env, options, channel, task.model_blob(), load));
  PredictorStatsCounter counter(task.deployment(), std::to_string(task.replica()));
  ASSIGN_OR_RETURN(const auto server, PredictServer::Start(*model, server_options, counter));
  std::string address = server->address();
  if (!options.address.empty()) {
    address = options.address + address.substr(address.rfind(':'));
  }
  logger.Info("serving", {{"address", address}, {"model_version", task.model_version()}});
  RETURN_IF_ERROR(ReportReady(channel, options, assignment, address, stop));
  do {
    PredictorStats stats = counter.stats();
    stats.queued_rows = server->queued_rows();
    publish(stats);
  } while (!stop.WaitForNotificationWithTimeout(kPublishInterval));
  logger.Info("stopping");
  return absl::OkStatus();
}

}  // namespace tricorn::worker
