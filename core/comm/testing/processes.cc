#include "core/comm/testing/processes.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

int64_t CountEntries(const char* directory, const std::string& prefix = "") {
  int64_t n = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    n += entry.path().filename().string().starts_with(prefix);
  }
  return n;
}

// Everything until the other side closes; false if it does not before `deadline`.
bool ReadAll(int fd, absl::Time deadline, std::string& out) {
  char buffer[4096];
  while (true) {
    pollfd query{fd, POLLIN, 0};
    const int64_t left_ms = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left_ms <= 0 || poll(&query, 1, static_cast<int>(left_ms)) <= 0) return false;
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n <= 0) return true;
    out.append(buffer, n);
  }
}

}  // namespace

Processes::Processes(int n, const std::function<absl::Status(int index)>& body) {
  for (int index = 0; index < n; ++index) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
      close(ends[0]);
      for (const Child& sibling : children_) close(sibling.output);
      const absl::Status status = body(index);
      const std::string text = status.ok() ? "" : status.ToString();
      const bool told = write(ends[1], text.data(), text.size()) >= 0;
      _exit(status.ok() && told ? 0 : 1);
    }
    close(ends[1]);
    children_.push_back({pid, ends[0], false});
  }
}

Processes::~Processes() {
  for (size_t index = 0; index < children_.size(); ++index) {
    Kill(static_cast<int>(index));
    waitpid(children_[index].pid, nullptr, 0);
    close(children_[index].output);
  }
}

void Processes::Kill(int index) {
  kill(children_[index].pid, SIGKILL);
  children_[index].was_killed = true;
}

absl::Status Processes::WaitFor(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::Status result;
  for (size_t index = 0; index < children_.size(); ++index) {
    if (!children_[index].was_killed) {
      result.Update(WaitForOne(static_cast<int>(index), deadline - absl::Now()));
    }
  }
  return result;
}

absl::Status Processes::WaitForOne(int index, absl::Duration timeout) {
  std::string text;
  if (!ReadAll(children_[index].output, absl::Now() + timeout, text)) {
    return absl::DeadlineExceededError(fmt::format("process {} still runs", index));
  }
  siginfo_t info{};
  waitid(P_PID, children_[index].pid, &info, WEXITED | WNOWAIT);
  if (info.si_code == CLD_EXITED && info.si_status == 0) return absl::OkStatus();
  return Internal("process {} ended with {}: {}", index, info.si_status, text);
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "tricorn-comm-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string HeldResources() {
  return fmt::format("{} descriptors, {} threads, {} files in /dev/shm",
                     CountEntries("/proc/self/fd"), CountEntries("/proc/self/task"),
                     CountEntries("/dev/shm", "tricorn"));
}

}  // namespace tricorn::comm
