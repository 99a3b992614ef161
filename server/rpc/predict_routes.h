#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "server/coordinator/coordinator.h"

namespace tricorn::server {

// Where a target's predictors listen, for a moment without asking the coordinator's thread.
// Thread-safe.
class PredictRoutes {
 public:
  using Answer = std::function<void(const absl::StatusOr<std::string>& address)>;

  // A request for an address.
  struct Request {
    std::string target;
    absl::Time deadline;
    // Whether nobody waits for the answer any more.
    std::function<bool()> is_abandoned;
    Answer answer;
  };

  explicit PredictRoutes(Coordinator& coordinator) : coordinator_(coordinator) {}

  // Answers with the address of a ready predictor of the target, in turn among the replicas. A
  // model that no deployment serves is deployed, with an idle limit; until the deadline the answer
  // waits for a replica to be ready.
  // Errors: NotFound, InvalidArgument, FailedPrecondition (the deployment has failed), Unavailable,
  // Cancelled (abandoned).
  void Find(Request request);
  // The address did not answer: asks anew next time.
  void Forget(const std::string& target);

 private:
  struct Route {
    std::vector<std::string> addresses;
    size_t next = 0;
    absl::Time expiry;
  };

  // Empty when nothing recent is known.
  std::string Known(const std::string& target);
  void Look(Request request, const Coordinator::View& view);
  void Deploy(Request request, const std::string& version);
  std::string Remember(const std::string& target, const tricorn::v1::Deployment& deployment);

  Coordinator& coordinator_;
  Mutex mu_;
  std::map<std::string, Route> routes_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::server
