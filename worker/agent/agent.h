#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/log.h"
#include "worker/agent/options.h"

namespace tricorn::worker {

// One machine's part of the cluster: offers its capacity to the coordinator and runs one child
// process for each assignment. It never opens a model's bytes.
class Agent {
 public:
  // Listens, but says nothing yet.
  // Errors: FailedPrecondition for an address it may not listen at, or a data directory that
  // another agent uses; InvalidArgument for a bad id; Unavailable for a taken port.
  static absl::StatusOr<std::unique_ptr<Agent>> Create(AgentOptions options, Logger logger);
  ~Agent();

  // Until Stop. The thread that calls it owns the children: they die with it.
  // Errors: Aborted, once another agent has registered under this one's id.
  absl::Status Run();
  // From any thread: leaves the cluster and stops the children, in good order.
  void Stop();

  std::string address() const;       // of the health service
  std::string http_address() const;  // of /metrics

 private:
  struct Impl;
  explicit Agent(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricorn::worker
