#include "tests/integration/kill/kill_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "worker/process/unique_fd.h"

namespace tricorn::tests {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

// The state in /proc/<pid>/stat: R, S, T (frozen), Z, ...; 0 if there is no such process.
char StateOf(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  const size_t end_of_name = line.rfind(')');
  return end_of_name + 2 < line.size() ? line[end_of_name + 2] : '\0';
}

bool HasEnded(const worker::UniqueFd& process) {
  pollfd query = {process.get(), POLLIN, 0};
  return poll(&query, 1, 0) > 0;
}

absl::Status Signal(const worker::UniqueFd& process, int pid, int signal) {
  if (!HasEnded(process) &&
      syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0) {
    return absl::OkStatus();
  }
  return absl::NotFoundError(fmt::format("process {}: ended by itself", pid));
}

}  // namespace

absl::Status KillRunningProcess(int pid) {
  const worker::UniqueFd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (process.get() < 0) return absl::NotFoundError(fmt::format("process {}: is not there", pid));
  RETURN_IF_ERROR(Signal(process, pid, SIGSTOP));
  const absl::Time deadline = absl::Now() + kPatience;
  while (StateOf(pid) != 'T') {
    if (HasEnded(process)) {
      return absl::NotFoundError(fmt::format("process {}: ended by itself", pid));
    }
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(fmt::format("process {}: did not freeze", pid));
    }
    absl::SleepFor(absl::Microseconds(100));
  }
  RETURN_IF_ERROR(Signal(process, pid, SIGKILL));
  pollfd query = {process.get(), POLLIN, 0};
  if (poll(&query, 1, static_cast<int>(kPatience / absl::Milliseconds(1))) > 0) {
    return absl::OkStatus();
  }
  return absl::DeadlineExceededError(fmt::format("process {}: survived SIGKILL", pid));
}

}  // namespace tricorn::tests
