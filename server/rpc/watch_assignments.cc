#include "server/rpc/watch_assignments.h"
#include "proto/rpc/status.h"

#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "server/state/assignments.h"
#include "server/state/workers.h"

namespace tricorn::server {
namespace {

// Sends the newest set; older ones that could not be sent yet are dropped.
class AssignmentWatch : public grpc::ServerWriteReactor<tricorn::v1::AssignmentSet> {
 public:
  AssignmentWatch(Coordinator& coordinator, const tricorn::v1::WatchAssignmentsRequest& request)
      : coordinator_(coordinator), request_(request) {
    subscription_ = coordinator_.Subscribe("workers/" + request_.worker_id(),
                                           [this](const Coordinator::View& view) { Update(view); });
    // The first look. OnDone waits for it by way of `looked_`.
    coordinator_.Read([this](const Coordinator::View& view) {
      Update(view);
      MutexLock lock(&mu_);
      looked_ = true;
      has_looked_.Signal();
    });
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mu_);
    writing_ = false;
    if (ok) {
      WriteNext();
    } else {
      End(grpc::Status::CANCELLED);
    }
  }
  void OnCancel() override {
    MutexLock lock(&mu_);
    cancelled_ = true;
    if (!writing_) End(grpc::Status::CANCELLED);
  }
  void OnDone() override {
    coordinator_.Unsubscribe(subscription_);
    {
      MutexLock lock(&mu_);
      while (!looked_) has_looked_.Wait(&mu_);
    }
    delete this;
  }

 private:
  void Update(const Coordinator::View& view) {
    MutexLock lock(&mu_);
    failure_ = CheckWorker(view.state, request_.worker_id(), request_.incarnation());
    if (failure_.ok()) next_ = AssignmentsOf(view.state, request_.worker_id());
    if (!writing_) WriteNext();
  }

  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_) return;
    if (cancelled_) {
      End(grpc::Status::CANCELLED);
    } else if (!failure_.ok()) {
      End(rpc::ToGrpc(failure_));
    } else if (next_.has_value()) {
      set_ = *std::exchange(next_, std::nullopt);
      writing_ = true;
      StartWrite(&set_);
    }
  }
  void End(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (std::exchange(ended_, true)) return;
    Finish(status);
  }

  Coordinator& coordinator_;
  const tricorn::v1::WatchAssignmentsRequest request_;
  int64_t subscription_ = 0;

  Mutex mu_;
  CondVar has_looked_;
  bool looked_ ABSL_GUARDED_BY(mu_) = false;
  bool writing_ ABSL_GUARDED_BY(mu_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  std::optional<tricorn::v1::AssignmentSet> next_ ABSL_GUARDED_BY(mu_);
  tricorn::v1::AssignmentSet set_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

grpc::ServerWriteReactor<tricorn::v1::AssignmentSet>* NewAssignmentWatch(
    Coordinator& coordinator, const tricorn::v1::WatchAssignmentsRequest& request) {
  return new AssignmentWatch(coordinator, request);
}

}  // namespace tricorn::server
