#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "worker/process/process_spec.h"
#include "worker/process/supervisor.h"

namespace tricorn::worker {

// What the agent exports at /metrics. Names and labels: deploy/prometheus/README.md.
class AgentMetrics {
 public:
  // What is read at each scrape.
  struct Sources {
    std::function<std::vector<Supervisor::Running>()> running;
    std::function<bool()> registered;
  };

  // Errors: Unavailable when nothing can listen at `address` (host:port).
  static absl::StatusOr<std::unique_ptr<AgentMetrics>> Listen(const std::string& address,
                                                              Sources sources);
  ~AgentMetrics();

  void CountExit(const ProcessExit& exit);
  // host:port, with the port that was chosen for port 0.
  std::string address() const;

 private:
  struct Impl;
  explicit AgentMetrics(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricorn::worker
