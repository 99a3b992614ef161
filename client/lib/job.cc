#include "client/lib/job.h"

#include <utility>

#include "client/lib/json_time.h"
#include "core/base/status.h"

namespace tricorn::client {
namespace {

Json ToJson(const Failure& failure) {
  return Json::MakeObject({{"code", absl::StatusCodeToString(failure.code)},
                           {"message", failure.message},
                           {"worker", failure.worker},
                           {"rank", failure.rank},
                           {"generation", failure.generation},
                           {"retryable", failure.retryable}});
}

Json ToJson(const JobResult& result) {
  Json predictions = Json::Array();
  for (const ResultFile& file : result.predictions) {
    predictions.Append(Json::MakeObject(
        {{"path", file.path}, {"blob", file.blob}, {"size_bytes", file.size_bytes}}));
  }
  return Json::MakeObject({{"model_version", result.model_version},
                           {"metrics", client::ToJson(result.metrics)},
                           {"predictions", std::move(predictions)}});
}

struct EventToJson {
  std::pair<std::string, Json> operator()(const Job& job) { return {"job", ToJson(job)}; }
  std::pair<std::string, Json> operator()(const Progress& p) { return {"progress", ToJson(p)}; }
  std::pair<std::string, Json> operator()(const EpochLogs& e) { return {"epoch_logs", ToJson(e)}; }
  std::pair<std::string, Json> operator()(const LogLine& line) {
    return {"log_line", Json::MakeObject({{"severity", line.severity},
                                          {"text", line.text},
                                          {"worker", line.worker},
                                          {"rank", line.rank},
                                          {"time", JsonTime(line.time)}})};
  }
  std::pair<std::string, Json> operator()(const CheckpointSaved& checkpoint) {
    return {"checkpoint", Json::MakeObject({{"epoch", checkpoint.epoch},
                                            {"global_step", checkpoint.global_step}})};
  }
};

}  // namespace

std::string_view Name(JobState state) {
  switch (state) {
    case JobState::kPending:
      return "pending";
    case JobState::kStarting:
      return "starting";
    case JobState::kRunning:
      return "running";
    case JobState::kSucceeded:
      return "succeeded";
    case JobState::kFailed:
      return "failed";
    case JobState::kCancelled:
      return "cancelled";
    case JobState::kUnknown:
      break;
  }
  return "unknown";
}

bool IsFinal(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

absl::Status Outcome(const Job& job) {
  if (job.state == JobState::kCancelled) {
    return absl::CancelledError(job.name + ": was cancelled");
  }
  if (job.state != JobState::kFailed) return absl::OkStatus();
  if (!job.failure) return Internal("{}: failed, and does not say why", job.name);
  const bool says_ok = job.failure->code == absl::StatusCode::kOk;  // as an error without a code
  return WithSubject(
      absl::Status(says_ok ? absl::StatusCode::kUnknown : job.failure->code, job.failure->message),
      job.name);
}

Json ToJson(const Logs& logs) {
  Json::Object object;
  for (const auto& [name, value] : logs) object.emplace_back(name, value);
  return object;
}

Json ToJson(const Progress& progress) {
  return Json::MakeObject({{"phase", progress.phase},
                           {"epoch", progress.epoch},
                           {"epochs", progress.epochs},
                           {"step", progress.step},
                           {"steps", progress.steps},
                           {"global_step", progress.global_step},
                           {"samples_per_second", progress.samples_per_second},
                           {"seconds_per_step", progress.seconds_per_step},
                           {"logs", ToJson(progress.logs)}});
}

Json ToJson(const EpochLogs& logs) {
  return Json::MakeObject({{"epoch", logs.epoch},
                           {"duration_seconds", logs.duration_seconds},
                           {"logs", ToJson(logs.logs)}});
}

Json ToJson(const Job& job) {
  Json workers = Json::Array();
  for (const std::string& worker : job.workers) workers.Append(worker);
  Json history = Json::Array();
  for (const EpochLogs& epoch : job.history) history.Append(ToJson(epoch));
  return Json::MakeObject({{"name", job.name},
                           {"kind", job.kind},
                           {"state", Name(job.state)},
                           {"pending_reason", job.pending_reason},
                           {"generation", job.generation},
                           {"restarts", job.restarts},
                           {"seed", job.seed},
                           {"virtual_shards", job.virtual_shards},
                           {"workers", std::move(workers)},
                           {"progress", job.progress ? ToJson(*job.progress) : Json()},
                           {"history", std::move(history)},
                           {"failure", job.failure ? ToJson(*job.failure) : Json()},
                           {"result", job.result ? ToJson(*job.result) : Json()},
                           {"create_time", JsonTime(job.create_time)},
                           {"start_time", JsonTime(job.start_time)},
                           {"end_time", JsonTime(job.end_time)}});
}

Json ToJson(const JobEvent& event) {
  auto [key, value] = std::visit(EventToJson(), event.event);
  return Json::MakeObject({{"cursor", event.cursor}, {std::move(key), std::move(value)}});
}

}  // namespace tricorn::client
