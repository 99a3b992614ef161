#include "client/summary/sandbox.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::client {
namespace {

constexpr int kOutOfMemory = 3;  // the child's exit code

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) _exit(1);
    if (n > 0) text.remove_prefix(static_cast<size_t>(n));
  }
}

// The child: a status code in one byte, then the result or the message.
[[noreturn]] void Work(int output, const SandboxLimits& limits,
                       const std::function<absl::StatusOr<std::string>()>& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
#ifndef __SANITIZE_ADDRESS__  // whose shadow counts as data
  const auto bytes = static_cast<rlim_t>(limits.memory_bytes);
  const rlimit memory = {bytes, bytes};
  setrlimit(RLIMIT_DATA, &memory);
#endif
  try {
    const absl::StatusOr<std::string> result = work();
    const char code = static_cast<char>(result.status().raw_code());
    WriteAll(output, std::string_view(&code, 1));
    const absl::string_view text =
        result.ok() ? absl::string_view(*result) : result.status().message();
    WriteAll(output, std::string_view(text.data(), text.size()));
  } catch (const std::bad_alloc&) {
    _exit(kOutOfMemory);
  }
  _exit(0);
}

// Everything that the child writes, until it closes the pipe. False at the deadline.
bool ReadAll(int fd, absl::Time deadline, std::string* text) {
  char buffer[4096];
  while (true) {
    const int64_t left_ms = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd input = {fd, POLLIN, 0};
    if (left_ms <= 0) return false;
    if (poll(&input, 1, static_cast<int>(left_ms)) <= 0) continue;
    const ssize_t n = read(fd, buffer, sizeof(buffer));
    if (n == 0) return true;
    if (n > 0) text->append(buffer, static_cast<size_t>(n));
  }
}

}  // namespace

absl::StatusOr<std::string> RunSandboxed(const std::string& subject, const SandboxLimits& limits,
                                         const std::function<absl::StatusOr<std::string>()>& work) {
  int ends[2];
  if (pipe2(ends, 0) != 0) return ResourceExhausted("pipe: {}", std::strerror(errno));
  const int pid = fork();
  if (pid == 0) Work(ends[1], limits, work);
  const int fork_error = errno;
  close(ends[1]);
  std::string text;
  bool in_time = true;
  if (pid > 0) {
    in_time = ReadAll(ends[0], absl::Now() + limits.time, &text);
    if (!in_time) kill(pid, SIGKILL);
  }
  close(ends[0]);
  if (pid < 0) return ResourceExhausted("fork: {}", std::strerror(fork_error));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) {
    return absl::DeadlineExceededError(fmt::format("{}: expected to be read within {}", subject,
                                                   absl::FormatDuration(limits.time)));
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kOutOfMemory) {
    return DataLoss("{}: expected to need at most {} bytes of memory, received more", subject,
                    limits.memory_bytes);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || text.empty()) {
    return DataLoss("{}: the process that read it ended by {}", subject,
                    WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "itself");
  }
  const int code = text[0];
  text.erase(0, 1);
  if (code == 0) return text;
  return WithSubject(absl::Status(static_cast<absl::StatusCode>(code), text), subject);
}

}  // namespace tricorn::client
