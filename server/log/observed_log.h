#pragma once

#include <functional>
#include <utility>

#include "absl/time/clock.h"
#include "server/log/event_log.h"

namespace tricorn::server {

// Tells what appending to a log costs.
class ObservedLog : public EventLog {
 public:
  using Observe = std::function<void(size_t events, absl::Duration duration, bool ok)>;

  ObservedLog(EventLog& log, Observe observe) : log_(log), observe_(std::move(observe)) {}

  absl::Status Append(const LogBatch& batch) override {
    const absl::Time start = absl::Now();
    absl::Status status = log_.Append(batch);
    observe_(batch.events.size(), absl::Now() - start, status.ok());
    return status;
  }
  absl::StatusOr<LogContents> Read() override { return log_.Read(); }
  absl::Status Compact(const std::string& snapshot) override { return log_.Compact(snapshot); }
  absl::StatusOr<std::vector<FeedRow>> ReadFeed(const std::string& job_id, int64_t sequence,
                                                int limit) override {
    return log_.ReadFeed(job_id, sequence, limit);
  }

 private:
  EventLog& log_;
  const Observe observe_;
};

}  // namespace tricorn::server
