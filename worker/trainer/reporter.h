#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "tricorn/v1/job.pb.h"
#include "worker/trainer/trainer_calls.h"

namespace tricorn::worker {

// Tells the coordinator how a job goes, from a thread of its own, at most once in `interval` (an
// epoch's end goes at once). Nobody who adds something ever waits. While the coordinator is away
// the newest progress, every epoch's end and the newest kMaxLines log lines are kept.
class Reporter {
 public:
  static constexpr size_t kMaxLines = 1000;

  // `on_refused` hears, on the reporter's thread, of a report that is refused, once for each: it is
  // kept and sent again after the interval. Only STALE_GENERATION, for the rank was replaced, ends
  // reporting.
  Reporter(TrainerCalls& calls, absl::Duration interval,
           std::function<void(const absl::Status&)> on_refused);
  // Says nothing more; waits for a call under way.
  ~Reporter();

  void SetProgress(v1::Progress progress);
  void AddEpoch(v1::EpochLogs epoch);
  void AddLine(v1::LogLine::Severity severity, std::string_view text);
  // Waits until all that was added before is acknowledged; false at the deadline or when replaced.
  bool Flush(absl::Time deadline);

 private:
  void Run();
  bool HasNews() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return unsent_ || progress_ || !epochs_.empty() || !lines_.empty();
  }
  v1::ReportProgressRequest TakeReport() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  TrainerCalls& calls_;
  const absl::Duration interval_;
  const std::function<void(const absl::Status&)> on_refused_;

  Mutex mu_;
  std::optional<v1::Progress> progress_ ABSL_GUARDED_BY(mu_);
  std::vector<v1::EpochLogs> epochs_ ABSL_GUARDED_BY(mu_);
  std::deque<v1::LogLine> lines_ ABSL_GUARDED_BY(mu_);
  int64_t dropped_lines_ ABSL_GUARDED_BY(mu_) = 0;
  int64_t report_number_ ABSL_GUARDED_BY(mu_) = 0;
  bool flushing_ ABSL_GUARDED_BY(mu_) = false;
  // Under way, or refused and waiting for its next try; the reporter's thread alone changes it.
  std::optional<v1::ReportProgressRequest> unsent_ ABSL_GUARDED_BY(mu_);
  bool replaced_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tricorn::worker
