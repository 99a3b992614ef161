#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "tricorn/v1/worker.pb.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace tricorn::worker {

// An agent's side of WorkerService: registers, keeps the lease, hears what is to run and tells what
// ended, each in a thread of its own, through any number of restarts of the coordinator.
class CoordinatorLink {
 public:
  // Called on the link's threads.
  struct Events {
    std::function<void(const v1::RegisterResponse&)> on_registered;
    // Another agent has our worker_id: the lease is not kept any more.
    std::function<void(const absl::Status&)> on_replaced;
    // In order of revision; each states the whole set.
    std::function<void(const v1::AssignmentSet&)> on_assignments;
    std::function<std::vector<std::string>()> running_assignment_ids;
  };

  CoordinatorLink(const std::shared_ptr<grpc::Channel>& channel, v1::RegisterRequest self,
                  Events events, Logger logger);
  ~CoordinatorLink();

  void Start();  // nothing after Leave
  // Tells the coordinator, now or once it is there. worker_id and incarnation are filled in.
  void ReportExit(v1::ReportExitRequest exit);
  // Whether the coordinator knows this incarnation, as far as we heard.
  bool registered() const;
  // Deregisters, trying for up to `timeout`, and says nothing more.
  void Leave(absl::Duration timeout);

 private:
  struct Stubs;

  void KeepLease();
  void WatchAssignments();
  void ReportExits();
  absl::Status Register();
  absl::Status Heartbeat();
  // Reads one stream to its end. `generation` is of the registration it belongs to.
  absl::Status ReadStream(int64_t registration);
  // Waits for `delay` or the end; false at the end.
  bool Pause(absl::Duration delay);
  bool stopped() const;
  void Forget(int64_t registration);
  void Stop();

  const std::unique_ptr<Stubs> stubs_;
  const v1::RegisterRequest self_;
  const Events events_;
  const Logger logger_;

  mutable Mutex mu_;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  // Counts registrations; watching and heartbeats belong to one.
  int64_t registration_ ABSL_GUARDED_BY(mu_) = 0;
  bool registered_ ABSL_GUARDED_BY(mu_) = false;
  absl::Duration heartbeat_interval_ ABSL_GUARDED_BY(mu_) = absl::Seconds(2);
  std::deque<v1::ReportExitRequest> exits_ ABSL_GUARDED_BY(mu_);
  std::vector<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mu_);  // in flight: cancelled at the end
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::worker
