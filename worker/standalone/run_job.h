#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/comm/communicator.h"
#include "worker/standalone/job_file.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// One rank of a job that no coordinator knows.
struct JobRank {
  int rank = 0;
  int size = 1;
  int threads = 1;
  // Called by all ranks in the same order: a communicator in which this one owns `shards`.
  std::function<absl::StatusOr<std::unique_ptr<comm::Communicator>>(comm::ShardRange shards,
                                                                    int total_shards)>
      connect;
};

// Does this rank's part. Rank 0 gives `print` the logs of every epoch, {"epoch", "logs",
// "duration_seconds"}, and at the end {"metrics"}, and writes the job's output. An error here
// aborts the communicator, so all ranks return one.
absl::Status RunJob(Env& env, const JobFile& job, const JobRank& self, Engine& engine,
                    const Logger& logger, const std::function<void(const Json& line)>& print);

}  // namespace tricorn::worker
