#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/json.h"
#include "core/base/mutex.h"

namespace tricorn::worker {

// What a predictor did since it started. It travels to the agent as JSON, which exports it.
struct PredictorStats {
  // Upper bounds of the latency buckets, in seconds; a last one takes the rest.
  static constexpr double kBounds[] = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                       0.1,   0.2,   0.5,   1,    2,    5};
  static constexpr size_t kNumBuckets = std::size(kBounds) + 1;

  std::string deployment;
  std::string replica;
  std::map<std::string, int64_t> requests;  // by status code, as "OK"
  std::vector<int64_t> latency_counts = std::vector<int64_t>(kNumBuckets);  // not cumulative
  double latency_sum_seconds = 0;
  int64_t batches = 0;
  int64_t batch_rows = 0;
  int64_t queued_rows = 0;
};

Json ToJson(const PredictorStats& stats);
absl::Status FromJson(const Json& json, PredictorStats* out);

// PredictorStats that many threads add to.
class PredictorStatsCounter {
 public:
  PredictorStatsCounter(std::string deployment, std::string replica);

  void CountRequest(const absl::Status& status, absl::Duration latency);
  void CountBatch(int64_t rows);
  PredictorStats stats() const;

 private:
  mutable Mutex mu_;
  PredictorStats stats_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::worker
