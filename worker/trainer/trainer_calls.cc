#include "worker/trainer/trainer_calls.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "proto/rpc/retry.h"
#include "proto/rpc/unary.h"
#include "tricorn/v1/trainer.grpc.pb.h"

namespace tricorn::worker {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(10);

using Stub = v1::TrainerService::Stub;

}  // namespace

struct TrainerCalls::Stubs {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Stub> trainer;
};

TrainerCalls::TrainerCalls(const std::shared_ptr<grpc::Channel>& channel, v1::Trainer self)
    : stubs_(new Stubs{channel, v1::TrainerService::NewStub(channel)}), self_(std::move(self)) {}

TrainerCalls::~TrainerCalls() = default;

template <typename Method, typename Request, typename Response>
absl::Status TrainerCalls::Repeat(Method method, Request& request, Response* response) {
  *request.mutable_trainer() = self_;
  rpc::RetryPolicy policy;
  policy.channel = stubs_->channel.get();
  policy.max_delay = absl::Seconds(1);
  policy.stop = &stop_;
  return rpc::WithRetry(policy, [&] {
    return rpc::Unary(*stubs_->trainer, method, request, response, kCallTimeout);
  });
}

absl::Status TrainerCalls::ReportProgress(v1::ReportProgressRequest request) {
  v1::ReportProgressResponse response;
  return Repeat(&Stub::ReportProgress, request, &response);
}
absl::Status TrainerCalls::CommitCheckpoint(v1::CommitCheckpointRequest request) {
  v1::CommitCheckpointResponse response;
  return Repeat(&Stub::CommitCheckpoint, request, &response);
}
absl::Status TrainerCalls::ReportResult(v1::ReportResultRequest request) {
  v1::ReportResultResponse response;
  return Repeat(&Stub::ReportResult, request, &response);
}
absl::Status TrainerCalls::ReportFailure(v1::ReportFailureRequest request) {
  v1::ReportFailureResponse response;
  return Repeat(&Stub::ReportFailure, request, &response);
}

void TrainerCalls::Stop() { stop_.Notify(); }

}  // namespace tricorn::worker
