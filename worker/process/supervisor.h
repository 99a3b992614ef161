#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "worker/process/child_process.h"
#include "worker/process/line_tail.h"
#include "worker/process/process_spec.h"

namespace tricorn::worker {

// Makes the running processes the wanted ones: starts what is missing, once; stops (SIGTERM, after
// a grace SIGKILL) what is not wanted any more; kills what outgrows its memory limit; and tells how
// each one ended. A child that ended by itself is not started again.
//
// One thread, in Run, owns the children; they die when it does.
class Supervisor {
 public:
  // Called on Run's thread; must not block.
  struct Events {
    std::function<void(const ProcessExit&)> on_exit;
    // A line of a child's output. Beyond kMaxLinesPerSecond for one child they are dropped; a line
    // that says how many takes their place.
    std::function<void(const ProcessSpec&, std::string_view line)> on_line;
  };
  // What runs now.
  struct Running {
    std::string id;
    std::string kind;
    int64_t resident_bytes = 0;
    std::string status;  // what it last wrote with WriteStatus
  };

  static constexpr int kMaxLinesPerSecond = 100;

  explicit Supervisor(Events events);
  ~Supervisor();

  // For any thread.
  void SetWanted(std::vector<ProcessSpec> wanted);
  void SetStopGrace(absl::Duration grace);
  absl::Duration stop_grace() const;
  // Stops all children, in good order; then Run returns.
  void Shutdown();
  std::vector<Running> running() const;

  // Blocks until Shutdown has done its work.
  void Run();

 private:
  struct Child;

  void Reconcile();
  void StartChild(const ProcessSpec& spec);
  void StopChild(Child& child);
  void ReadOutput(Child& child, size_t max_bytes);
  void OnLine(Child& child, std::string_view line);
  void Inspect(Child& child);
  void Reap();
  void Publish();
  void WaitForNews();

  const Events events_;
  UniqueFd wake_;  // an eventfd

  mutable Mutex mu_;
  std::optional<std::vector<ProcessSpec>> newly_wanted_ ABSL_GUARDED_BY(mu_);
  absl::Duration stop_grace_ ABSL_GUARDED_BY(mu_) = absl::Seconds(10);
  bool shutdown_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<Running> running_ ABSL_GUARDED_BY(mu_);

  // Of Run's thread.
  std::vector<ProcessSpec> wanted_;                         // their inputs may be large
  std::map<std::string, std::unique_ptr<Child>> children_;  // by id
  std::set<std::string> ended_;  // ids that are wanted but ended by themselves
};

}  // namespace tricorn::worker
