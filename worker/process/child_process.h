#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "worker/process/process_spec.h"
#include "worker/process/unique_fd.h"

namespace tricorn::worker {

// A running child, in a process group of its own, without core dumps, first in line when the kernel
// is out of memory. The kernel kills it when the thread that started it ends: start children from a
// thread that lives as long as they may.
class ChildProcess {
 public:
  // Errors: ResourceExhausted and the like of the system; NotFound, PermissionDenied of exec.
  static absl::StatusOr<std::unique_ptr<ChildProcess>> Start(const ProcessSpec& spec);
  // Kills the group when it still runs.
  ~ChildProcess();

  int pid() const { return pid_; }
  // Standard output and error; never blocks. -1 after its end.
  int output_fd() const { return output_.get(); }
  // Up to `max_bytes` of output; empty when there is none now, and for ever once output_fd() is -1.
  std::string ReadOutput(size_t max_bytes);
  // To the whole group.
  void Signal(int signal);
  // The exit code, once it has ended: 128 + n when signal n ended it.
  std::optional<int> TryWait();
  // 0 when it has ended.
  int64_t ResidentBytes() const;
  std::string LastWords() const;
  std::string Status() const;

 private:
  ChildProcess(int pid, UniqueFd output, UniqueFd last_words, UniqueFd status);

  const int pid_;
  UniqueFd output_;
  const UniqueFd last_words_;
  const UniqueFd status_;
  std::optional<int> exit_code_;
};

}  // namespace tricorn::worker
