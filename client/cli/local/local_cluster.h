#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/local/local_process.h"

namespace tricorn::cli {

struct LocalClusterOptions {
  std::string programs;  // folder of tricorn-coordinator and tricorn-worker
  std::string data_dir;
  int workers = 2;
  int threads = 1;              // a worker
  std::string device = "auto";  // of the workers' processes
  int port = 7470;              // of the coordinator; its HTTP port is one more; 0: any free ones
  double start_timeout_s = 30;
};

// A coordinator and workers on loopback, as child processes. Leaves none behind.
class LocalCluster {
 public:
  // When it returns all workers are ready for jobs.
  // Errors: NotFound (the programs); Unavailable or DeadlineExceeded, with the reason that the
  // process's log gives.
  static absl::StatusOr<std::unique_ptr<LocalCluster>> Start(const LocalClusterOptions& options);
  // Stops the workers, then the coordinator: SIGTERM, and SIGKILL for what is left after 5 s.
  ~LocalCluster();

  const std::string& address() const { return address_; }  // host:port of the coordinator
  const std::string& http_address() const { return metrics_[0]; }
  // host:port of every HTTP listener: the coordinator's, then the workers'.
  const std::vector<std::string>& metrics() const { return metrics_; }

  // OK while all processes run; else Unavailable, saying which one ended and why.
  absl::Status Check();

 private:
  LocalCluster() = default;
  absl::Status StartAll(const LocalClusterOptions& options);
  absl::Status StartProcess(const LocalClusterOptions& options, const std::string& name,
                            const std::string& program, std::vector<std::string> arguments);

  std::vector<std::unique_ptr<LocalProcess>> processes_;  // the coordinator first
  std::string address_;
  std::vector<std::string> metrics_;
};

}  // namespace tricorn::cli
