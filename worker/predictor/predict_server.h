#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/rpc/transport.h"
#include "worker/predictor/batcher.h"
#include "worker/predictor/predict_model.h"
#include "worker/predictor/predictor_stats.h"

namespace tricorn::worker {

struct PredictServerOptions {
  std::string deployment;     // `deployments/{deployment}`
  std::string model_version;  // `models/{model}/versions/{number}`
  Batcher::Options batching;
  std::string listen = "127.0.0.1:0";
  rpc::TlsFiles tls;
  bool insecure = false;
  // The longest a request without a deadline of its own may take.
  absl::Duration max_request_time = absl::Minutes(1);
  // How long requests that it has may take when it ends.
  absl::Duration shutdown_grace = absl::Seconds(5);
};

// Serves PredictService for one loaded model, with gRPC's health service and reflection.
class PredictServer {
 public:
  // Runs the model once for each batch size, then listens. `model` and `stats` outlive the server.
  // Errors: the model's; FailedPrecondition for an address it may not listen at; Unavailable for a
  // taken one.
  static absl::StatusOr<std::unique_ptr<PredictServer>> Start(PredictModel& model,
                                                              const PredictServerOptions& options,
                                                              PredictorStatsCounter& stats);
  // Takes nothing new, finishes what it has within the grace.
  ~PredictServer();

  std::string address() const;  // host:port
  int64_t queued_rows() const;

 private:
  struct Impl;
  explicit PredictServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tricorn::worker
