#include "worker/predictor/predictor_stats.h"

#include <algorithm>
#include <utility>

#include "core/base/json_fields.h"
#include "core/base/mutex.h"
#include "core/base/status.h"

namespace tricorn::worker {

Json ToJson(const PredictorStats& stats) {
  Json::Object requests;
  for (const auto& [code, count] : stats.requests) requests.emplace_back(code, count);
  return Json::MakeObject({{"deployment", stats.deployment},
                           {"replica", stats.replica},
                           {"requests", Json(std::move(requests))},
                           {"latency_counts", tricorn::ToJson(stats.latency_counts)},
                           {"latency_sum_seconds", stats.latency_sum_seconds},
                           {"batches", stats.batches},
                           {"batch_rows", stats.batch_rows},
                           {"queued_rows", stats.queued_rows}});
}

absl::Status FromJson(const Json& json, PredictorStats* out) {
  using tricorn::FromJson;
  RETURN_IF_ERROR(FromJson(json["deployment"], &out->deployment));
  RETURN_IF_ERROR(FromJson(json["replica"], &out->replica));
  RETURN_IF_ERROR(FromJson(json["latency_counts"], &out->latency_counts));
  if (out->latency_counts.size() != PredictorStats::kNumBuckets) {
    return InvalidArgument("latency_counts: expected {} counts, received {}",
                           PredictorStats::kNumBuckets, out->latency_counts.size());
  }
  RETURN_IF_ERROR(FromJson(json["latency_sum_seconds"], &out->latency_sum_seconds));
  RETURN_IF_ERROR(FromJson(json["batches"], &out->batches));
  RETURN_IF_ERROR(FromJson(json["batch_rows"], &out->batch_rows));
  RETURN_IF_ERROR(FromJson(json["queued_rows"], &out->queued_rows));
  if (!json["requests"].is_object()) return WrongKind("object", json["requests"]);
  for (const auto& [code, count] : json["requests"].AsObject()) {
    RETURN_IF_ERROR(FromJson(count, &out->requests[code]));
  }
  return absl::OkStatus();
}

PredictorStatsCounter::PredictorStatsCounter(std::string deployment, std::string replica) {
  stats_.deployment = std::move(deployment);
  stats_.replica = std::move(replica);
  stats_.requests["OK"] = 0;
}

void PredictorStatsCounter::CountRequest(const absl::Status& status, absl::Duration latency) {
  const double seconds = absl::ToDoubleSeconds(latency);
  const auto* bound = std::lower_bound(std::begin(PredictorStats::kBounds),
                                       std::end(PredictorStats::kBounds), seconds);
  const auto bucket = static_cast<size_t>(bound - std::begin(PredictorStats::kBounds));
  MutexLock lock(&mu_);
  ++stats_.requests[absl::StatusCodeToString(status.code())];
  ++stats_.latency_counts[bucket];
  stats_.latency_sum_seconds += seconds;
}

void PredictorStatsCounter::CountBatch(int64_t rows) {
  MutexLock lock(&mu_);
  ++stats_.batches;
  stats_.batch_rows += rows;
}

PredictorStats PredictorStatsCounter::stats() const {
  MutexLock lock(&mu_);
  return stats_;
}

}  // namespace tricorn::worker
