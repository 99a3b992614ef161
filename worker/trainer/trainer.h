#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "core/base/env.h"
#include "core/base/log.h"
#include "tricorn/v1/worker.pb.h"
#include "worker/trainer/engine.h"

namespace grpc {
class Channel;
}

namespace tricorn::worker {

struct TrainerOptions {
  std::string address = "127.0.0.1";  // numeric, where other hosts' ranks reach this one
  int threads = 1;
  std::string cache_directory;
  int64_t cache_limit_bytes = int64_t{8} << 30;
  std::string scratch_directory;
  absl::Duration report_interval = absl::Milliseconds(500);
  // For all ranks to come together at the start.
  absl::Duration rendezvous_timeout = absl::Minutes(5);
  // Before a lost rank is reported by the others: its own agent knows better why.
  absl::Duration lost_rank_delay = absl::Milliseconds(500);
};

// Does one rank's part of a job and tells the coordinator its result or failure.
//   OK               told: the result, or nothing, on a rank other than 0
//   STALE_GENERATION (Aborted) replaced; nothing is left to do
//   anything else    the failure, told
// `on_replaced` is called, on any thread, as soon as the coordinator says so: the process should
// end at once, for the engine may go on for long.
absl::Status RunTrainer(Env& env, const v1::Assignment& assignment,
                        const std::shared_ptr<grpc::Channel>& channel,
                        const TrainerOptions& options, Engine& engine, const Logger& logger,
                        const std::function<void()>& on_replaced);

}  // namespace tricorn::worker
