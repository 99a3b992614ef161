#pragma once

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "core/base/notification.h"
#include "tricorn/v1/trainer.pb.h"

namespace grpc {
class Channel;
}

namespace tricorn::worker {

// TrainerService for one rank: every call speaks for it and waits out a coordinator that is away.
// For any thread.
// Errors: Aborted with reason STALE_GENERATION once the rank is replaced; what else the coordinator
// says; Unavailable after Stop.
class TrainerCalls {
 public:
  TrainerCalls(const std::shared_ptr<grpc::Channel>& channel, v1::Trainer self);
  ~TrainerCalls();

  const v1::Trainer& self() const { return self_; }
  // `trainer` is filled in.
  absl::Status ReportProgress(v1::ReportProgressRequest request);
  absl::Status CommitCheckpoint(v1::CommitCheckpointRequest request);
  absl::Status ReportResult(v1::ReportResultRequest request);
  absl::Status ReportFailure(v1::ReportFailureRequest request);

  // Calls under way try no more. Once.
  void Stop();

 private:
  struct Stubs;
  template <typename Method, typename Request, typename Response>
  absl::Status Repeat(Method method, Request& request, Response* response);

  const std::unique_ptr<Stubs> stubs_;
  const v1::Trainer self_;
  Notification stop_;
};

}  // namespace tricorn::worker
