#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tricorn/v1/job.pb.h"

namespace tricorn::server {

// An event of a job's feed, to be stored with the log entry that caused it.
struct FeedEntry {
  std::string job_id;
  int64_t sequence = 0;
  tricorn::v1::JobEvent event;
};

// What the shell is to do about a transition.
struct Effects {
  // Why the event was refused. Then nothing else is set.
  absl::Status status;
  // The state differs: log the event before answering, and do the rest only then. Otherwise the
  // event was a repetition or carries nothing to keep.
  bool changed = false;
  // The resource that the answer shows, "jobs/a".
  std::string name;
  std::vector<FeedEntry> feed;
  std::set<std::string> changed_jobs;     // ids: wake those who wait for keys or for the end
  std::set<std::string> changed_workers;  // ids: send their assignments
  std::set<std::string> restarted_jobs;   // ids
  std::set<std::string> finished_jobs;    // ids
  std::set<std::string> deleted_jobs;     // ids: drop their feeds
  std::set<std::string> forgotten_blobs;  // SHA-256: delete the files
};

}  // namespace tricorn::server
