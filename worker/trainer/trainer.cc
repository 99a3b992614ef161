#include "worker/trainer/trainer.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "core/comm/factory/create_communicator.h"
#include "proto/blob/blob_client.h"
#include "proto/rpc/status.h"
#include "worker/blobs/blob_cache.h"
#include "worker/rendezvous/coordinator_store.h"
#include "worker/trainer/checkpointer.h"
#include "worker/trainer/failure.h"
#include "worker/trainer/inputs.h"
#include "worker/trainer/reporter.h"
#include "worker/trainer/trainer_calls.h"

namespace tricorn::worker {
namespace {

// How long what is left to say may hold up the end of a failing rank.
constexpr absl::Duration kFlushTimeout = absl::Seconds(2);
constexpr absl::Duration kDrainTimeout = absl::Seconds(10);

v1::Trainer SelfOf(const v1::Assignment& assignment) {
  v1::Trainer self;
  self.set_job(assignment.trainer().job());
  self.set_generation(assignment.generation());
  self.set_rank(assignment.trainer().rank());
  return self;
}

// Hands what the engine says to the threads that tell the coordinator.
class Events : public EngineEvents {
 public:
  Events(const v1::TrainerTask& task, Reporter& reporter, Checkpointer& checkpointer)
      : leads_(task.rank() == 0), reporter_(reporter), checkpointer_(checkpointer) {
    for (const v1::EpochLogs& epoch : task.history()) {
      if (epoch.epoch() < task.restore().epoch()) history_.push_back(epoch);
    }
  }

  void OnProgress(v1::Progress progress) override {
    if (leads_) reporter_.SetProgress(std::move(progress));
  }
  void OnEpochEnd(v1::EpochLogs logs) override {
    if (!leads_) return;
    history_.push_back(logs);
    reporter_.AddEpoch(std::move(logs));
  }
  void OnCheckpoint(CheckpointManifest manifest, MakeFiles make_files) override {
    if (!leads_) return;
    checkpointer_.Add(std::move(manifest), std::move(make_files), history_);
  }
  void OnLog(v1::LogLine::Severity severity, std::string text) override {
    reporter_.AddLine(severity, text);
  }

 private:
  const bool leads_;
  Reporter& reporter_;
  Checkpointer& checkpointer_;
  std::vector<v1::EpochLogs> history_;
};

// One rank's way from its assignment to its result.
class Trainer {
 public:
  Trainer(Env& env, const v1::Assignment& assignment, const std::shared_ptr<grpc::Channel>& channel,
          const TrainerOptions& options, Engine& engine, const Logger& logger,
          const std::function<void()>& on_replaced)
      : env_(env),
        task_(assignment.trainer()),
        options_(options),
        engine_(engine),
        logger_(logger),
        on_replaced_(on_replaced),
        generation_(assignment.generation()),
        calls_(channel, SelfOf(assignment)),
        store_(channel, SelfOf(assignment)),
        blobs_(channel),
        cache_(env, options.cache_directory, options.cache_limit_bytes),
        reporter_(calls_, options.report_interval, [this](const absl::Status& e) { OnError(e); }),
        checkpointer_(
            env, JoinPath(options.scratch_directory, "checkpoints"), blobs_, calls_,
            [this](const absl::Status& e) { OnError(e); },
            [this](int64_t dropped, int64_t by) { OnDropped(dropped, by); }) {}

  ~Trainer() {
    calls_.Stop();
    blobs_.Stop();
  }

  absl::Status Run() {
    const absl::Status status = Work();
    if (status.ok() || rpc::IsStaleGeneration(status)) return status;
    if (absl::IsUnavailable(status)) absl::SleepFor(options_.lost_rank_delay);
    logger_.Error("failed", {{"error", status.ToString()}});
    v1::ReportFailureRequest request;
    *request.mutable_failure() = FailureOf(status);
    // The next attempt goes on from what this one still commits.
    if (request.failure().retryable()) checkpointer_.Drain(absl::Now() + kDrainTimeout);
    reporter_.Flush(absl::Now() + kFlushTimeout);
    const absl::Status told = calls_.ReportFailure(std::move(request));
    return rpc::IsStaleGeneration(told) ? told : status;
  }

 private:
  absl::Status Work() {
    ASSIGN_OR_RETURN(TrainerInputs inputs,
                     FetchInputs(env_, options_.scratch_directory, blobs_, cache_, task_));
    ASSIGN_OR_RETURN(const auto communicator, Connect());
    Events events(task_, reporter_, checkpointer_);
    EngineTask engine_task{.task = task_,
                           .model = std::move(inputs.model),
                           .data = std::move(inputs.data),
                           .validation_data = std::move(inputs.validation_data),
                           .restore = std::move(inputs.restore),
                           .communicator = *communicator,
                           .threads = options_.threads,
                           .connect_control = [this] { return ConnectControl(); }};
    absl::StatusOr<EngineResult> result = engine_.Run(std::move(engine_task), events);
    if (!result.ok()) {
      // The other ranks end with the cause, not with "a rank was lost".
      communicator->Abort(result.status());
      return result.status();
    }
    if (task_.rank() != 0) return absl::OkStatus();
    checkpointer_.Drain();
    return Tell(*std::move(result));
  }

  absl::StatusOr<std::unique_ptr<comm::Communicator>> Connect() {
    comm::CommunicatorOptions options = OptionsOfRank();
    options.shards = {task_.shard_begin(), task_.shard_end()};
    options.total_shards = task_.virtual_shards();
    return comm::CreateCommunicator(options);
  }

  absl::StatusOr<std::unique_ptr<comm::Communicator>> ConnectControl() {
    comm::CommunicatorOptions options = OptionsOfRank();
    options.channel = "control";
    options.shards = {task_.rank(), task_.rank() + 1};
    options.total_shards = task_.world_size();
    return comm::CreateCommunicator(options);
  }

  comm::CommunicatorOptions OptionsOfRank() {
    comm::CommunicatorOptions options;
    options.rank = task_.rank();
    options.size = task_.world_size();
    if (task_.rank() < task_.peers_size()) options.host_id = task_.peers(task_.rank()).host_id();
    options.listen_host = options_.address;
    options.store = &store_;
    options.generation = generation_;
    options.timeout = options_.rendezvous_timeout;
    return options;
  }

  absl::Status Tell(EngineResult result) {
    v1::ReportResultRequest request;
    if (!result.model.empty()) {
      ASSIGN_OR_RETURN(*request.mutable_model_blob(), blobs_.Upload(result.model));
    }
    if (!result.predictions.empty()) {
      v1::DatasetFile& file = *request.add_predictions();
      file.set_path("predictions.npz");
      ASSIGN_OR_RETURN(*file.mutable_blob(), blobs_.Upload(result.predictions));
      file.set_size_bytes(static_cast<int64_t>(result.predictions.size()));
    }
    for (const auto& [name, value] : result.metrics) (*request.mutable_metrics())[name] = value;
    reporter_.Flush(absl::Now() + kFlushTimeout);
    return calls_.ReportResult(std::move(request));
  }

  // Of the reporter or the checkpointer: the job goes on, unless we were replaced.
  void OnError(const absl::Status& error) {
    if (rpc::IsStaleGeneration(error)) return on_replaced_();
    logger_.Warning("the coordinator could not be told", {{"error", error.ToString()}});
    reporter_.AddLine(v1::LogLine::SEVERITY_ERROR, std::string(error.message()));
  }

  void OnDropped(int64_t dropped, int64_t by) {
    reporter_.AddLine(v1::LogLine::SEVERITY_WARNING,
                      fmt::format("checkpoint of step {}: dropped, for that of step {} was there "
                                  "before its upload began",
                                  dropped, by));
  }

  Env& env_;
  const v1::TrainerTask& task_;
  const TrainerOptions& options_;
  Engine& engine_;
  const Logger& logger_;
  const std::function<void()>& on_replaced_;
  const int64_t generation_;
  TrainerCalls calls_;
  CoordinatorStore store_;
  BlobClient blobs_;
  BlobCache cache_;
  Reporter reporter_;
  Checkpointer checkpointer_;
};

}  // namespace

absl::Status RunTrainer(Env& env, const v1::Assignment& assignment,
                        const std::shared_ptr<grpc::Channel>& channel,
                        const TrainerOptions& options, Engine& engine, const Logger& logger,
                        const std::function<void()>& on_replaced) {
  return Trainer(env, assignment, channel, options, engine, logger, on_replaced).Run();
}

}  // namespace tricorn::worker
