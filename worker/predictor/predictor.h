#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/log.h"
#include "core/base/notification.h"
#include "proto/rpc/transport.h"
#include "tricorn/v1/worker.pb.h"
#include "worker/predictor/predict_model.h"
#include "worker/predictor/predictor_stats.h"

namespace grpc {
class Channel;
}

namespace tricorn::worker {

struct PredictorOptions {
  std::string worker_id;
  std::string incarnation;
  std::string listen = "127.0.0.1:0";
  std::string address;  // host under which others reach this machine; empty: listen's
  rpc::TlsFiles tls;
  bool insecure = false;
  // How long the process may go on after `stop`, before it is killed.
  absl::Duration stop_grace = absl::Seconds(10);
  std::string cache_directory;
  int64_t cache_limit_bytes = int64_t{8} << 30;
};

// Opens a `.keras` archive's bytes.
using LoadModel = std::function<absl::StatusOr<std::unique_ptr<PredictModel>>(std::string bytes)>;

// Fetches and loads the assignment's model, serves it, tells the coordinator where, and goes on
// until `stop` is notified; then finishes the requests that it has. `publish` gets the statistics
// about once a second. Errors: the model's, as InvalidArgument and the like; Aborted with reason
// STALE_GENERATION when the replica was replaced.
absl::Status RunPredictor(Env& env, const v1::Assignment& assignment,
                          const std::shared_ptr<grpc::Channel>& channel,
                          const PredictorOptions& options, const LoadModel& load,
                          const Logger& logger,
                          const std::function<void(const PredictorStats&)>& publish,
                          const Notification& stop);

}  // namespace tricorn::worker
