#include "worker/standalone/run_job.h"

#include <google/protobuf/util/json_util.h>

#include <limits>
#include <utility>

#include "core/base/status.h"
#include "core/comm/group_plan.h"

namespace tricorn::worker {
namespace {

template <typename Map>
Json NumbersOf(const Map& values) {
  Json::Object numbers;
  for (const auto& [name, value] : values) numbers.emplace_back(name, value);
  return Json(std::move(numbers));
}

// Restore points go nowhere; the rest of what rank 0's engine says is printed.
class PrintedEvents : public EngineEvents {
 public:
  PrintedEvents(bool leads, const Logger& logger, const std::function<void(const Json&)>& print)
      : leads_(leads), logger_(logger), print_(print) {}

  void OnProgress(v1::Progress) override {}
  void OnEpochEnd(v1::EpochLogs logs) override {
    if (!leads_) return;
    print_(Json::MakeObject({{"epoch", static_cast<int64_t>(logs.epoch())},
                             {"logs", NumbersOf(logs.logs())},
                             {"duration_seconds", logs.duration_seconds()}}));
  }
  void OnCheckpoint(CheckpointManifest, MakeFiles) override {}
  void OnLog(v1::LogLine::Severity severity, std::string text) override {
    if (severity == v1::LogLine::SEVERITY_INFO) return logger_.Info(text);
    logger_.Warning(text);
  }

 private:
  const bool leads_;
  const Logger& logger_;
  const std::function<void(const Json&)>& print_;
};

absl::StatusOr<v1::TrainerTask> TaskOf(const JobFile& job, const JobRank& self) {
  v1::TrainerTask task;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(job.spec.Dump(), task.mutable_spec());
  if (!parsed.ok()) return InvalidArgument("spec: {}", parsed.ToString());
  v1::JobSpec& spec = *task.mutable_spec();
  const int shards = spec.virtual_shards() == 0 ? self.size : spec.virtual_shards();
  if (shards < self.size) {
    return InvalidArgument("spec.virtualShards: expected at least the {} ranks, received {}",
                           self.size, shards);
  }
  spec.mutable_checkpoint_policy()->set_every_epochs(std::numeric_limits<int32_t>::max());
  const comm::ShardRange own = comm::EvenRanges(shards, self.size)[self.rank];
  task.set_rank(self.rank);
  task.set_world_size(self.size);
  task.set_shard_begin(own.first);
  task.set_shard_end(own.last);
  task.set_virtual_shards(shards);
  task.set_seed(spec.fit().seed());
  return task;
}

}  // namespace

absl::Status RunJob(Env& env, const JobFile& job, const JobRank& self, Engine& engine,
                    const Logger& logger, const std::function<void(const Json& line)>& print) {
  ASSIGN_OR_RETURN(const v1::TrainerTask task, TaskOf(job, self));
  ASSIGN_OR_RETURN(std::string model, env.ReadFile(job.model));
  ASSIGN_OR_RETURN(Dataset data, ReadDataset(env, job.data));
  std::optional<Dataset> validation_data;
  if (job.validation_data) {
    ASSIGN_OR_RETURN(validation_data, ReadDataset(env, *job.validation_data));
  }
  ASSIGN_OR_RETURN(const auto communicator,
                   self.connect({task.shard_begin(), task.shard_end()}, task.virtual_shards()));
  PrintedEvents events(self.rank == 0, logger, print);
  const absl::StatusOr<EngineResult> result =
      engine.Run({.task = task,
                  .model = std::move(model),
                  .data = std::move(data),
                  .validation_data = std::move(validation_data),
                  .restore = std::nullopt,
                  .communicator = *communicator,
                  .threads = self.threads,
                  .connect_control =
                      [&self] {
                        return self.connect({self.rank, self.rank + 1}, self.size);
                      }},
                 events);
  if (!result.ok()) {
    communicator->Abort(result.status());  // the others end with the cause
    return result.status();
  }
  if (self.rank != 0) return absl::OkStatus();
  print(Json::MakeObject({{"metrics", NumbersOf(result->metrics)}}));
  const std::string& output = result->model.empty() ? result->predictions : result->model;
  if (job.output.empty() || output.empty()) return absl::OkStatus();
  return env.WriteFileAtomically(job.output, output);
}

}  // namespace tricorn::worker
