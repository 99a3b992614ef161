#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn::server {

// One event of a job's feed, serialized.
struct FeedRow {
  std::string job_id;
  int64_t sequence = 0;
  std::string event;
};

// What belongs together: all of it is kept, or nothing.
struct LogBatch {
  std::vector<std::string> events;
  std::vector<FeedRow> feed;
  // Job ids. What they had before goes; `feed` may hold the first rows of a new job of the name.
  std::vector<std::string> deleted_feeds;
};

// What a restart begins with: the snapshot (empty: none) and the events after it, in order.
struct LogContents {
  std::string snapshot;
  std::vector<std::string> events;
};

// The coordinator's memory over crashes. One thread appends; ReadFeed may be called by any.
class EventLog {
 public:
  virtual ~EventLog() = default;
  // On OK the batch is on disk. On an error nothing of it is.
  // Errors: ResourceExhausted (disk full), Internal, DataLoss.
  virtual absl::Status Append(const LogBatch& batch) = 0;
  virtual absl::StatusOr<LogContents> Read() = 0;
  // Puts `snapshot` in the place of all events so far. On an error the old ones remain.
  virtual absl::Status Compact(const std::string& snapshot) = 0;
  // At most `limit` events of a job after `sequence`, in order; fewer, but not none, when they come
  // to more than some MB.
  virtual absl::StatusOr<std::vector<FeedRow>> ReadFeed(const std::string& job_id, int64_t sequence,
                                                        int limit) = 0;
};

}  // namespace tricorn::server
