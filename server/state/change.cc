#include "server/state/change.h"

#include <utility>

#include "fmt/core.h"

namespace tricorn::server {

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp stamp;
  const int64_t nanos = absl::ToUnixNanos(time);
  stamp.set_seconds(nanos / 1'000'000'000);
  stamp.set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  return stamp;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

std::string FeedCursor(const std::string& job_id, int64_t sequence) {
  return fmt::format("{}/{}", job_id, sequence);
}

google::protobuf::Timestamp Change::Stamp() const { return ToProto(now); }

void Change::Feed(const std::string& job_id, JobRecord& record, tricorn::v1::JobEvent event) {
  const int64_t sequence = record.feed_sequence() + 1;
  record.set_feed_sequence(sequence);
  event.set_cursor(FeedCursor(job_id, sequence));
  *event.mutable_time() = Stamp();
  effects.feed.push_back({job_id, sequence, std::move(event)});
  effects.changed_jobs.insert(job_id);
  effects.changed = true;
}

void Change::FeedJob(const std::string& job_id, JobRecord& record) {
  tricorn::v1::JobEvent event;
  *event.mutable_job() = record.job();
  event.mutable_job()->clear_history();
  Feed(job_id, record, std::move(event));
}

void Change::TouchWorker(const std::string& worker_id) {
  WorkerRecord* worker = Find(state.workers, worker_id);
  if (worker == nullptr) return;
  worker->set_revision(worker->revision() + 1);
  effects.changed_workers.insert(worker_id);
  effects.changed = true;
}

}  // namespace tricorn::server
