#include "worker/process/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "worker/process/exit_code.h"

namespace tricorn::worker {
namespace {

constexpr int kTickMs = 50;  // how late a child's end may be noticed
constexpr absl::Duration kInspectInterval = absl::Milliseconds(500);
constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kMaxDrainBytes = 1 << 20;

std::string DescribeExit(int exit_code) {
  if (exit_code <= 128) return fmt::format("exit code {}", exit_code);
  return fmt::format("killed by signal {} ({})", exit_code - 128, strsignal(exit_code - 128));
}

}  // namespace

struct Supervisor::Child {
  ProcessSpec spec;
  std::unique_ptr<ChildProcess> process;
  LineTail tail;
  bool stopping = false;
  absl::Time kill_time = absl::InfiniteFuture();
  std::string killed_because;
  absl::Time inspected = absl::InfinitePast();
  int64_t resident_bytes = 0;
  std::string status;
  // Of on_line's rate.
  absl::Time second_began = absl::InfinitePast();
  int lines_this_second = 0;
};

Supervisor::Supervisor(Events events)
    : events_(std::move(events)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(wake_.get() >= 0);
}

Supervisor::~Supervisor() = default;

void Supervisor::SetWanted(std::vector<ProcessSpec> wanted) {
  {
    MutexLock lock(&mu_);
    newly_wanted_ = std::move(wanted);
  }
  eventfd_write(wake_.get(), 1);
}

void Supervisor::SetStopGrace(absl::Duration grace) {
  MutexLock lock(&mu_);
  stop_grace_ = grace;
}

absl::Duration Supervisor::stop_grace() const {
  MutexLock lock(&mu_);
  return stop_grace_;
}

void Supervisor::Shutdown() {
  {
    MutexLock lock(&mu_);
    shutdown_ = true;
  }
  eventfd_write(wake_.get(), 1);
}

std::vector<Supervisor::Running> Supervisor::running() const {
  MutexLock lock(&mu_);
  return running_;
}

void Supervisor::Run() {
  while (true) {
    Reconcile();
    for (auto& [id, child] : children_) {
      ReadOutput(*child, kReadBytes);
      Inspect(*child);
      if (absl::Now() >= child->kill_time) {
        child->killed_because = "it did not end within the grace after SIGTERM";
        child->kill_time = absl::InfiniteFuture();
        child->process->Signal(SIGKILL);
      }
    }
    Reap();
    Publish();
    {
      MutexLock lock(&mu_);
      if (shutdown_ && children_.empty()) return;
    }
    WaitForNews();
  }
}

void Supervisor::Reconcile() {
  {
    MutexLock lock(&mu_);
    if (newly_wanted_) wanted_ = *std::exchange(newly_wanted_, std::nullopt);
    if (shutdown_) wanted_.clear();
  }
  std::set<std::string> ids;
  for (const ProcessSpec& spec : wanted_) ids.insert(spec.id);
  std::erase_if(ended_, [&](const std::string& id) { return !ids.contains(id); });
  for (auto& [id, child] : children_) {
    if (!ids.contains(id)) StopChild(*child);
  }
  for (const ProcessSpec& spec : wanted_) {
    if (!children_.contains(spec.id) && !ended_.contains(spec.id)) StartChild(spec);
  }
}

void Supervisor::StartChild(const ProcessSpec& spec) {
  absl::StatusOr<std::unique_ptr<ChildProcess>> process = ChildProcess::Start(spec);
  if (!process.ok()) {
    ended_.insert(spec.id);
    events_.on_exit({.id = spec.id,
                     .kind = spec.kind,
                     .exit_code = kExitNoExec,
                     .requested = false,
                     .message = std::string(process.status().message()),
                     .last_words = ""});
    return;
  }
  auto child = std::make_unique<Child>();
  child->spec = spec;
  child->spec.input.clear();
  child->process = *std::move(process);
  children_.emplace(spec.id, std::move(child));
}

void Supervisor::StopChild(Child& child) {
  if (child.stopping) return;
  child.stopping = true;
  {
    MutexLock lock(&mu_);
    child.kill_time = absl::Now() + stop_grace_;
  }
  child.process->Signal(SIGTERM);
}

void Supervisor::ReadOutput(Child& child, size_t max_bytes) {
  for (size_t done = 0; done < max_bytes;) {
    const std::string data = child.process->ReadOutput(std::min(kReadBytes, max_bytes - done));
    if (data.empty()) return;
    done += data.size();
    child.tail.Append(data, [&](std::string_view line) { OnLine(child, line); });
  }
}

void Supervisor::OnLine(Child& child, std::string_view line) {
  const absl::Time now = absl::Now();
  if (now - child.second_began >= absl::Seconds(1)) {
    const int dropped = child.lines_this_second - kMaxLinesPerSecond;
    if (dropped > 0) events_.on_line(child.spec, fmt::format("({} lines dropped)", dropped));
    child.second_began = now;
    child.lines_this_second = 0;
  }
  if (++child.lines_this_second <= kMaxLinesPerSecond) events_.on_line(child.spec, line);
}

void Supervisor::Inspect(Child& child) {
  const absl::Time now = absl::Now();
  if (now - child.inspected < kInspectInterval) return;
  child.inspected = now;
  child.resident_bytes = child.process->ResidentBytes();
  if (std::string status = child.process->Status(); !status.empty()) {
    child.status = std::move(status);
  }
  const int64_t limit = child.spec.memory_limit_bytes;
  if (limit == 0 || child.resident_bytes <= limit || !child.killed_because.empty()) return;
  child.killed_because =
      fmt::format("expected at most {} bytes of memory, received {}", limit, child.resident_bytes);
  child.process->Signal(SIGKILL);
}

void Supervisor::Reap() {
  for (auto it = children_.begin(); it != children_.end();) {
    Child& child = *it->second;
    const std::optional<int> exit_code = child.process->TryWait();
    if (!exit_code) {
      ++it;
      continue;
    }
    ReadOutput(child, kMaxDrainBytes);
    child.tail.Finish([&](std::string_view line) { OnLine(child, line); });
    ProcessExit exit = {.id = child.spec.id,
                        .kind = child.spec.kind,
                        .exit_code = *exit_code,
                        .requested = child.stopping,
                        .message = DescribeExit(*exit_code),
                        .last_words = child.process->LastWords()};
    if (!child.killed_because.empty()) exit.message += ": " + child.killed_because;
    if (const std::string lines = child.tail.Text(); !lines.empty()) {
      exit.message += "; its last lines:\n" + lines;
    }
    if (!child.stopping) ended_.insert(child.spec.id);
    it = children_.erase(it);
    Publish();  // whoever hears of the end no longer finds it running
    events_.on_exit(exit);
  }
}

void Supervisor::Publish() {
  std::vector<Running> running;
  for (const auto& [id, child] : children_) {
    running.push_back({id, child->spec.kind, child->resident_bytes, child->status});
  }
  MutexLock lock(&mu_);
  running_ = std::move(running);
}

void Supervisor::WaitForNews() {
  std::vector<pollfd> fds = {{.fd = wake_.get(), .events = POLLIN, .revents = 0}};
  for (const auto& [id, child] : children_) {
    if (const int fd = child->process->output_fd(); fd >= 0) {
      fds.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    }
  }
  poll(fds.data(), fds.size(), children_.empty() ? -1 : kTickMs);
  eventfd_t count;
  eventfd_read(wake_.get(), &count);
}

}  // namespace tricorn::worker
