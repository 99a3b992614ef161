#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace tricorn::cli {

// A program of ours as a child process, in a process group of its own, so that Ctrl-C reaches it by
// way of us. The kernel kills it when we die.
class LocalProcess {
 public:
  // `log_path` gets its standard error. Call it on the main thread: the child lives as long as the
  // thread that started it. Errors: NotFound and the like of exec, what the disk says.
  static absl::StatusOr<std::unique_ptr<LocalProcess>> Start(
      const std::string& name, const std::vector<std::string>& command,
      const std::string& log_path);
  // Kills it.
  ~LocalProcess();

  const std::string& name() const { return name_; }
  // The first line that it writes to standard output.
  // Errors: DeadlineExceeded; Unavailable, with the end of its log, if it ends before.
  absl::StatusOr<std::string> FirstLine(absl::Time deadline);
  // Whether it still runs.
  bool Running();
  // How it ended, with the end of its log.
  std::string Ending() const;

  void Signal(int signal);

 private:
  LocalProcess(std::string name, int pid, int output, std::string log_path);

  const std::string name_;
  const int pid_;
  const int output_;
  const std::string log_path_;
  std::optional<int> wait_status_;
};

}  // namespace tricorn::cli
