#include "server/state/trainers.h"

#include <utility>

#include "core/base/status.h"
#include "server/state/blobs.h"
#include "server/state/jobs.h"
#include "server/state/models.h"
#include "server/state/names.h"
#include "server/state/reason.h"

namespace tricorn::server {
namespace {

constexpr int kDefaultKeep = 2;
constexpr size_t kMaxValueBytes = size_t{1} << 20;
constexpr size_t kMaxStoreBytes = size_t{64} << 20;

std::string JobIdOf(const tricorn::v1::Trainer& trainer) {
  return trainer.job().substr(trainer.job().find('/') + 1);
}

absl::Status CheckRankZero(const tricorn::v1::Trainer& trainer, std::string_view what) {
  if (trainer.rank() == 0) return absl::OkStatus();
  return InvalidArgument("{}: expected a {} from rank 0, received one from rank {}", trainer.job(),
                         what, trainer.rank());
}

// Adds a trainer's line to the feed, unless the job has said too much already.
void AppendLine(Change& change, const std::string& job_id, JobRecord& record, int rank,
                const tricorn::v1::LogLine& line) {
  constexpr int64_t kRowBytes = 128;  // what a line costs beside its text
  if (record.log_bytes() >= kMaxLogBytes) return;
  record.set_log_bytes(record.log_bytes() + kRowBytes + static_cast<int64_t>(line.text().size()));
  tricorn::v1::JobEvent event;
  tricorn::v1::LogLine& kept = *event.mutable_log_line();
  kept = line;
  if (record.log_bytes() >= kMaxLogBytes) {
    kept.set_severity(tricorn::v1::LogLine::SEVERITY_WARNING);
    kept.set_text(fmt::format(
        "(expected at most {} MB of log lines, received more: from here on they are left out)",
        kMaxLogBytes >> 20));
  }
  kept.set_worker("workers/" + record.gang(rank).worker_id());
  kept.set_rank(rank);
  kept.set_generation(record.job().generation());
  change.Feed(job_id, record, std::move(event));
}

// Epochs after the last one known.
void AppendEpochs(Change& change, const std::string& job_id, JobRecord& record,
                  const google::protobuf::RepeatedPtrField<tricorn::v1::EpochLogs>& epochs) {
  auto* history = record.mutable_job()->mutable_history();
  for (const auto& epoch : epochs) {
    if (!history->empty() && history->rbegin()->epoch() >= epoch.epoch()) continue;
    *history->Add() = epoch;
    tricorn::v1::JobEvent event;
    *event.mutable_epoch_logs() = epoch;
    change.Feed(job_id, record, std::move(event));
  }
}

}  // namespace

absl::Status CheckTrainer(const State& state, const tricorn::v1::Trainer& trainer) {
  ASSIGN_OR_RETURN(const std::string id, ParseName("jobs", trainer.job()));
  const JobRecord* record = Find(state.jobs, id);
  if (record != nullptr && trainer.generation() == record->job().generation() &&
      trainer.rank() >= 0 && trainer.rank() < record->gang_size()) {
    return absl::OkStatus();
  }
  const std::string present =
      record == nullptr ? std::string("the job is gone")
      : record->gang().empty()
          ? fmt::format("the job is {}", tricorn::v1::JobState_Name(record->job().state()))
          : fmt::format("generation {} of {} ranks is running", record->job().generation(),
                        record->gang_size());
  return WithReason(
      absl::AbortedError(fmt::format("jobs/{}: {}; received generation {}, rank {}", id, present,
                                     trainer.generation(), trainer.rank())),
      kStaleGeneration);
}

absl::Status ReportProgress(Change& change, const tricorn::v1::ReportProgressRequest& request) {
  RETURN_IF_ERROR(CheckTrainer(change.state, request.trainer()));
  const std::string id = JobIdOf(request.trainer());
  JobRecord& record = change.state.jobs[id];
  const bool leads = request.trainer().rank() == 0;
  const bool first = leads && record.job().state() == tricorn::v1::JOB_STATE_STARTING;
  const bool has_lines = !request.log_lines().empty() && record.log_bytes() < kMaxLogBytes;
  const bool keeps = first || has_lines || (leads && !request.epoch_logs().empty());
  GangMember& member = *record.mutable_gang(request.trainer().rank());
  if (!keeps || request.report_number() <= member.report_number()) return absl::OkStatus();
  member.set_report_number(request.report_number());
  change.effects.changed = true;
  for (const auto& line : request.log_lines()) {
    AppendLine(change, id, record, request.trainer().rank(), line);
  }
  if (!leads) return absl::OkStatus();
  if (request.has_progress()) *record.mutable_job()->mutable_progress() = request.progress();
  if (first) {
    record.mutable_job()->set_state(tricorn::v1::JOB_STATE_RUNNING);
    change.FeedJob(id, record);
  }
  AppendEpochs(change, id, record, request.epoch_logs());
  return absl::OkStatus();
}

absl::Status CommitCheckpoint(Change& change, const tricorn::v1::CommitCheckpointRequest& request) {
  RETURN_IF_ERROR(CheckTrainer(change.state, request.trainer()));
  RETURN_IF_ERROR(CheckRankZero(request.trainer(), "checkpoint"));
  const std::string id = JobIdOf(request.trainer());
  JobRecord& record = change.state.jobs[id];
  tricorn::v1::Job& job = *record.mutable_job();
  tricorn::v1::Checkpoint checkpoint = request.checkpoint();
  if (job.has_checkpoint() && checkpoint.global_step() <= job.checkpoint().global_step()) {
    return absl::OkStatus();
  }
  if (checkpoint.files().empty()) {
    return InvalidArgument("{}: expected a checkpoint with files, received none", job.name());
  }
  for (auto& file : *checkpoint.mutable_files()) {
    RETURN_IF_ERROR(
        CheckStored(change.state, fmt::format("checkpoint.files['{}']", file.path()), file.blob()));
    file.set_size_bytes(SizeOfBlob(change.state, file.blob()));
  }
  *checkpoint.mutable_create_time() = change.Stamp();
  checkpoint.set_generation(job.generation());
  AppendEpochs(change, id, record, request.history());

  const BlobReferences before = ReferencesOf(record);
  *job.mutable_checkpoint() = checkpoint;
  *record.add_checkpoints() = checkpoint;
  const int given = job.spec().checkpoint_policy().keep();
  const int surplus = record.checkpoints_size() - (given > 0 ? given : kDefaultKeep);
  if (surplus > 0) record.mutable_checkpoints()->DeleteSubrange(0, surplus);
  ChangeReferences(change, before, ReferencesOf(record));
  job.set_failures(0);
  tricorn::v1::JobEvent event;
  *event.mutable_checkpoint() = std::move(checkpoint);
  change.Feed(id, record, std::move(event));
  return absl::OkStatus();
}

absl::Status ReportResult(Change& change, const tricorn::v1::ReportResultRequest& request) {
  const auto& trainer = request.trainer();
  RETURN_IF_ERROR(CheckRankZero(trainer, "result"));
  const JobRecord* known = Find(change.state.jobs, JobIdOf(trainer));
  change.effects.name = trainer.job();
  if (known != nullptr && known->job().state() == tricorn::v1::JOB_STATE_SUCCEEDED &&
      known->job().generation() == trainer.generation()) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(CheckTrainer(change.state, trainer));
  const std::string id = JobIdOf(trainer);
  JobRecord& record = change.state.jobs[id];
  tricorn::v1::Job& job = *record.mutable_job();
  const bool fits = job.spec().has_fit();
  if (fits) RETURN_IF_ERROR(CheckStored(change.state, "result.model_blob", request.model_blob()));
  for (const auto& file : request.predictions()) {
    RETURN_IF_ERROR(CheckStored(change.state, "result.predictions", file.blob()));
  }

  const BlobReferences before = ReferencesOf(record);
  tricorn::v1::JobResult& result = *job.mutable_result();
  *result.mutable_metrics() = request.metrics();
  if (fits && request.metrics().empty() && !job.history().empty()) {
    *result.mutable_metrics() = job.history().rbegin()->logs();
  }
  *result.mutable_predictions() = request.predictions();
  for (auto& file : *result.mutable_predictions()) {
    file.set_size_bytes(SizeOfBlob(change.state, file.blob()));
  }
  ChangeReferences(change, before, ReferencesOf(record));
  if (fits) {
    tricorn::v1::ModelVersion version;
    version.set_blob(request.model_blob());
    version.set_source_job(job.name());
    *version.mutable_metrics() = result.metrics();
    result.set_model_version(AddVersion(change, record.output_model_id(), std::move(version)));
  }
  FinishJob(change, id, tricorn::v1::JOB_STATE_SUCCEEDED);
  return absl::OkStatus();
}

absl::Status ReportFailure(Change& change, const tricorn::v1::ReportFailureRequest& request) {
  RETURN_IF_ERROR(CheckTrainer(change.state, request.trainer()));
  const std::string id = JobIdOf(request.trainer());
  tricorn::v1::Failure failure = request.failure();
  failure.set_rank(request.trainer().rank());
  failure.set_worker(change.state.jobs[id].job().workers(request.trainer().rank()));
  FailJob(change, id, std::move(failure));
  return absl::OkStatus();
}

absl::Status SetKey(Change& change, const tricorn::v1::SetKeyRequest& request) {
  RETURN_IF_ERROR(CheckTrainer(change.state, request.trainer()));
  if (request.key().empty() || request.key().size() > 1024) {
    return InvalidArgument("key: expected 1 to 1024 bytes, received {}", request.key().size());
  }
  if (request.value().size() > kMaxValueBytes) {
    return ResourceExhausted("key '{}': expected a value of at most {} bytes, received {}",
                             request.key(), kMaxValueBytes, request.value().size());
  }
  const std::string id = JobIdOf(request.trainer());
  auto& store = *change.state.jobs[id].mutable_rendezvous();
  if (const auto it = store.find(request.key()); it != store.end()) {
    if (it->second == request.value()) return absl::OkStatus();
    return AlreadyExists("key '{}': expected the value set before, received another",
                         request.key());
  }
  size_t nbytes = request.key().size() + request.value().size();
  for (const auto& [key, value] : store) nbytes += key.size() + value.size();
  if (nbytes > kMaxStoreBytes) {
    return ResourceExhausted("{}: expected at most {} bytes of keys and values, received {}",
                             request.trainer().job(), kMaxStoreBytes, nbytes);
  }
  store[request.key()] = request.value();
  change.effects.changed_jobs.insert(id);
  change.effects.changed = true;
  return absl::OkStatus();
}

}  // namespace tricorn::server
