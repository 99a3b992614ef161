#include "client/cli/local/local_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

constexpr int kExecFailed = 127;

// Between fork and exec: no allocation, no lock.
[[noreturn]] void BecomeChild(char* const* argv, int parent, int output, int log) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kExecFailed);  // it died before the line above
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(output, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(argv[0], argv);
  const char* why = std::strerror(errno);
  const char* program = argv[0];
  for (const char* text : {program, ": ", why, "\n"}) {
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
  }
  _exit(kExecFailed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalProcess>> LocalProcess::Start(
    const std::string& name, const std::vector<std::string>& command, const std::string& log_path) {
  if (access(command[0].c_str(), X_OK) != 0) {
    return NotFound("{}: expected this program beside tricorn, received: {}", command[0],
                    std::strerror(errno));
  }
  int pipe_ends[2];
  const int log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return FailedPrecondition("{}: {}", log_path, std::strerror(errno));
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    close(log);
    return ResourceExhausted("pipe: {}", std::strerror(errno));
  }
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const int parent = getpid();
  const int pid = fork();
  const int fork_error = errno;
  if (pid == 0) BecomeChild(argv.data(), parent, pipe_ends[1], log);
  if (pid > 0) setpgid(pid, pid);  // here too, so that a signal to the group finds it from now on
  close(pipe_ends[1]);
  close(log);
  if (pid < 0) {
    close(pipe_ends[0]);
    return ResourceExhausted("fork: {}", std::strerror(fork_error));
  }
  return std::unique_ptr<LocalProcess>(new LocalProcess(name, pid, pipe_ends[0], log_path));
}

LocalProcess::LocalProcess(std::string name, int pid, int output, std::string log_path)
    : name_(std::move(name)), pid_(pid), output_(output), log_path_(std::move(log_path)) {}

LocalProcess::~LocalProcess() {
  if (!wait_status_) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

absl::StatusOr<std::string> LocalProcess::FirstLine(absl::Time deadline) {
  std::string line;
  while (true) {
    const int64_t left_ms = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd poll_output = {output_, POLLIN, 0};
    if (left_ms <= 0 || poll(&poll_output, 1, static_cast<int>(left_ms)) == 0) {
      return absl::DeadlineExceededError(name_ + ": expected it to be ready by now, it is not");
    }
    char c = 0;
    const ssize_t n = read(output_, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      while (Running() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(10));
      return Unavailable("{}", Ending());
    }
    if (c == '\n') return line;
    line += c;
  }
}

bool LocalProcess::Running() {
  if (wait_status_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  wait_status_ = status;
  return false;
}

std::string LocalProcess::Ending() const {
  std::string how = "still runs";
  if (wait_status_ && WIFEXITED(*wait_status_)) {
    how = fmt::format("ended with exit code {}", WEXITSTATUS(*wait_status_));
  } else if (wait_status_) {
    how = fmt::format("was ended by signal {}", WTERMSIG(*wait_status_));
  }
  // A program that gives up says why in the last line of its log.
  const bool gave_up = wait_status_ && WIFEXITED(*wait_status_);
  std::string log = gave_up ? Env::Posix().ReadFile(log_path_).value_or("") : "";
  while (!log.empty() && log.back() == '\n') log.pop_back();
  const std::string last = log.substr(log.rfind('\n') + 1);
  return fmt::format("{} {}{}{} (log: {})", name_, how, last.empty() ? "" : ": ", last, log_path_);
}

void LocalProcess::Signal(int signal) {
  if (!wait_status_) kill(-pid_, signal);
}

}  // namespace tricorn::cli
