#pragma once

#include <sys/types.h>

#include <utility>

#include "absl/status/statusor.h"
#include "core/comm/unique_fd.h"

namespace tricorn::comm {

// Tells whether a process, whoever started it, has ended. Holds the process itself, not its number,
// which may come to mean another one.
class ProcessHandle {
 public:
  // Unavailable if there is no such process.
  static absl::StatusOr<ProcessHandle> Open(pid_t pid);

  // True once it is gone or a zombie.
  bool HasEnded() const;

 private:
  explicit ProcessHandle(UniqueFd pidfd) : pidfd_(std::move(pidfd)) {}

  UniqueFd pidfd_;
};

}  // namespace tricorn::comm
