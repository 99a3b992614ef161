#include "core/comm/process_handle.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/status.h"

namespace tricorn::comm {

absl::StatusOr<ProcessHandle> ProcessHandle::Open(pid_t pid) {
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd.get() < 0) return Unavailable("process {}: {}", pid, std::strerror(errno));
  return ProcessHandle(std::move(pidfd));
}

bool ProcessHandle::HasEnded() const {
  pollfd query{pidfd_.get(), POLLIN, 0};
  return poll(&query, 1, 0) == 1;
}

}  // namespace tricorn::comm
