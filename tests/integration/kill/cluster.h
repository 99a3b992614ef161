#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tricorn/v1/job.pb.h"
#include "tricorn/v1/model.pb.h"
#include "worker/process/child_process.h"

namespace tricorn::tests {

struct ClusterOptions {
  std::string coordinator_program;
  std::string worker_program;
  std::string directory;  // of data and logs
  int num_workers = 2;
  double lease_seconds = 2;
};

// A coordinator and agents on loopback whose processes can be killed and started again. What
// is left of it dies with it.
class Cluster {
 public:
  explicit Cluster(const ClusterOptions& options);
  ~Cluster();

  void StartCoordinator();
  void StartAgent(int index);
  // As KillRunningProcess; an agent's processes go with it.
  absl::Status KillCoordinator();
  absl::Status KillAgent(int index);
  bool HasAgent(int index) const { return agents_[static_cast<size_t>(index)] != nullptr; }
  // Trainer processes of all agents, in the order of agents.
  std::vector<int> TrainerPids() const;

  // Calls wait for a coordinator that is away.
  absl::StatusOr<std::string> Upload(const std::string& content);
  absl::StatusOr<v1::Job> CreateJob(const v1::CreateJobRequest& request);
  absl::StatusOr<v1::Job> GetJob(const std::string& name);
  absl::StatusOr<v1::ModelVersion> GetModelVersion(const std::string& name);
  absl::StatusOr<std::string> Download(const std::string& blob);
  // Until it is in a final state, or `timeout` has passed.
  absl::StatusOr<v1::Job> WaitForJob(const std::string& name, absl::Duration timeout);

  // What the processes wrote, for a failed test.
  std::string Logs() const;

 private:
  struct Stubs;
  std::unique_ptr<worker::ChildProcess> Start(const std::string& name, const std::string& program,
                                              std::vector<std::string> arguments);
  std::string LogPath(const std::string& name) const;

  const ClusterOptions options_;
  const std::string address_;
  std::unique_ptr<worker::ChildProcess> coordinator_;
  std::vector<std::unique_ptr<worker::ChildProcess>> agents_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace tricorn::tests
