#include "worker/process/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "worker/process/inherited.h"

namespace tricorn::worker {
namespace {

// Reserved but unused memory (thread stacks, allocator arenas) counts against RLIMIT_DATA.
constexpr int64_t kReservedSlackBytes = int64_t{1} << 30;

absl::Status SystemError(std::string_view subject, std::string_view action) {
  const int error = errno;
  const std::string message = fmt::format("{}: {}: {}", subject, action, std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

absl::StatusOr<UniqueFd> MemoryFile(const std::string& name, std::string_view content) {
  UniqueFd fd(memfd_create(name.c_str(), MFD_CLOEXEC));
  if (fd.get() < 0) return SystemError(name, "memfd_create");
  for (size_t done = 0; done < content.size();) {
    const ssize_t n =
        pwrite(fd.get(), content.data() + done, content.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError(name, "write");
    done += static_cast<size_t>(n);
  }
  return fd;
}

struct Pipe {
  UniqueFd read, write;
};

absl::StatusOr<Pipe> MakePipe(std::string_view subject) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError(subject, "pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void SetLimit(int resource, int64_t value) {
  if (value <= 0) return;
  struct rlimit limit;
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max = std::min(limit.rlim_max, static_cast<rlim_t>(value));
  setrlimit(static_cast<__rlimit_resource>(resource), &limit);
}

// What the child needs between fork and exec, where nothing may be allocated.
struct ExecPlan {
  pid_t parent;
  int input, last_words, status, output, error;
  int64_t data_limit_bytes, max_open_files;
  const char* program;
  char* const* argv;
};

[[noreturn]] void BecomeProgram(const ExecPlan& plan) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.parent) _exit(127);  // the parent ended before prctl

  // Above all numbers that are assigned below.
  constexpr int kFirstFree = 16;
  const int input = fcntl(plan.input, F_DUPFD_CLOEXEC, kFirstFree);
  const int last_words = fcntl(plan.last_words, F_DUPFD_CLOEXEC, kFirstFree);
  const int status = fcntl(plan.status, F_DUPFD_CLOEXEC, kFirstFree);
  const int output = fcntl(plan.output, F_DUPFD_CLOEXEC, kFirstFree);
  const int error = fcntl(plan.error, F_DUPFD_CLOEXEC, kFirstFree);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  dup2(input, kInputFd);
  dup2(last_words, kLastWordsFd);
  dup2(status, kStatusFd);
  syscall(SYS_close_range, kStatusFd + 1, ~0U, CLOSE_RANGE_CLOEXEC);

  const int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (oom >= 0 && write(oom, "500", 3) < 0) {
    // Then it stays as it is: a preference, no promise.
  }
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  SetLimit(RLIMIT_DATA, plan.data_limit_bytes);
  SetLimit(RLIMIT_NOFILE, plan.max_open_files);

  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);

  execv(plan.program, plan.argv);
  const int reason = errno;
  if (write(error, &reason, sizeof(reason)) < 0) _exit(126);
  _exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const ProcessSpec& spec) {
  ASSIGN_OR_RETURN(UniqueFd input, MemoryFile("input", spec.input));
  ASSIGN_OR_RETURN(UniqueFd last_words, MemoryFile("last_words", ""));
  ASSIGN_OR_RETURN(UniqueFd status, MemoryFile("status", ""));
  ASSIGN_OR_RETURN(Pipe output, MakePipe(spec.id));
  ASSIGN_OR_RETURN(Pipe error, MakePipe(spec.id));
  std::vector<char*> argv;
  for (const std::string& argument : spec.argv) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const ExecPlan plan = {
      .parent = getpid(),
      .input = input.get(),
      .last_words = last_words.get(),
      .status = status.get(),
      .output = output.write.get(),
      .error = error.write.get(),
      .data_limit_bytes =
          spec.memory_limit_bytes > 0 ? spec.memory_limit_bytes + kReservedSlackBytes : 0,
      .max_open_files = spec.max_open_files,
      .program = spec.program.c_str(),
      .argv = argv.data(),
  };

  const pid_t pid = fork();
  if (pid < 0) return SystemError(spec.id, "fork");
  if (pid == 0) BecomeProgram(plan);
  setpgid(pid, pid);  // here too, so that a signal to the group finds it from now on

  output.write.Reset();
  error.write.Reset();
  fcntl(output.read.get(), F_SETFL, O_NONBLOCK);
  std::unique_ptr<ChildProcess> child(
      new ChildProcess(pid, std::move(output.read), std::move(last_words), std::move(status)));
  int reason = 0;
  ssize_t n;
  do {
    n = read(error.read.get(), &reason, sizeof(reason));
  } while (n < 0 && errno == EINTR);
  if (n == sizeof(reason)) {
    errno = reason;
    return SystemError(spec.id, fmt::format("exec {}", spec.program));
  }
  return child;
}

ChildProcess::ChildProcess(int pid, UniqueFd output, UniqueFd last_words, UniqueFd status)
    : pid_(pid),
      output_(std::move(output)),
      last_words_(std::move(last_words)),
      status_(std::move(status)) {}

ChildProcess::~ChildProcess() {
  if (exit_code_) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string ChildProcess::ReadOutput(size_t max_bytes) {
  if (output_.get() < 0) return "";
  std::string data(max_bytes, '\0');
  const ssize_t n = read(output_.get(), data.data(), data.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return "";
  if (n <= 0) {
    output_.Reset();
    return "";
  }
  data.resize(static_cast<size_t>(n));
  return data;
}

void ChildProcess::Signal(int signal) {
  if (!exit_code_) kill(-pid_, signal);
}

std::optional<int> ChildProcess::TryWait() {
  if (exit_code_) return exit_code_;
  siginfo_t info = {};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid != pid_) {
    return std::nullopt;
  }
  kill(-pid_, SIGKILL);  // what it started and left behind; not reaped yet, so the id is still its
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

int64_t ChildProcess::ResidentBytes() const {
  if (exit_code_) return 0;
  std::FILE* statm = std::fopen(fmt::format("/proc/{}/statm", pid_).c_str(), "re");
  if (statm == nullptr) return 0;
  long total = 0, resident = 0;
  const int fields = std::fscanf(statm, "%ld %ld", &total, &resident);
  std::fclose(statm);
  return fields == 2 ? int64_t{resident} * sysconf(_SC_PAGESIZE) : 0;
}

std::string ChildProcess::LastWords() const {
  return ReadAll(last_words_.get(), kMaxLastWordsBytes).value_or("");
}

std::string ChildProcess::Status() const { return ReadStatus(status_.get()); }

}  // namespace tricorn::worker
