#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "server/log/event_log.h"

namespace tricorn::server {

// Reads jobs' feeds on a thread of its own: whoever watches jobs, the coordinator's thread never
// waits for the disk. For any thread.
class FeedReader {
 public:
  using Take = std::function<void(absl::StatusOr<std::vector<FeedRow>> rows)>;

  explicit FeedReader(EventLog& log);
  // Reads what was asked for, then ends the thread.
  ~FeedReader();

  // Some of the job's events after `sequence`, one at least if there is one. `take` runs on the
  // reader's thread and must not block.
  void Read(std::string job_id, int64_t sequence, Take take);

 private:
  struct Request {
    std::string job_id;
    int64_t sequence = 0;
    Take take;
  };

  void Loop();

  EventLog& log_;
  Mutex mu_;
  std::deque<Request> requests_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace tricorn::server
