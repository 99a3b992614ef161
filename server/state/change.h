#pragma once

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "server/state/effects.h"
#include "server/state/state.h"

namespace tricorn::server {

// A transition in the making: what the handlers of single events work on. A handler checks first
// and changes then: after its first change it may not fail.
struct Change {
  State& state;
  Effects& effects;
  absl::Time now;
  // Set when jobs or replicas may find a place, or their reason for waiting may differ.
  bool place = false;

  google::protobuf::Timestamp Stamp() const;
  // Adds an event to the job's feed.
  void Feed(const std::string& job_id, JobRecord& record, tricorn::v1::JobEvent event);
  // The job's state or generation changed: says so in its feed.
  void FeedJob(const std::string& job_id, JobRecord& record);
  // The set of the worker's assignments changed.
  void TouchWorker(const std::string& worker_id);
};

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time FromProto(const google::protobuf::Timestamp& time);

// Where WatchJob goes on: "{job}/{sequence}".
std::string FeedCursor(const std::string& job_id, int64_t sequence);

}  // namespace tricorn::server
