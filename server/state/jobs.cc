#include "server/state/jobs.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"
#include "server/state/blobs.h"
#include "server/state/datasets.h"
#include "server/state/job_spec.h"
#include "server/state/models.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

constexpr int kDefaultMaxFailures = 3;

absl::StatusOr<std::string> FindJobId(const State& state, std::string_view name) {
  ASSIGN_OR_RETURN(std::string id, ParseName("jobs", name));
  if (Find(state.jobs, id) == nullptr) return NotFound("jobs/{}: no such job", id);
  return id;
}

// Fills in what the spec's references mean now.
absl::Status Resolve(const State& state, const std::string& job_id, JobRecord* record) {
  tricorn::v1::JobSpec& spec = *record->mutable_job()->mutable_spec();
  record->set_output_model_id(job_id);
  if (spec.model().has_version()) {
    ASSIGN_OR_RETURN(const tricorn::v1::ModelVersion* version,
                     FindVersion(state, spec.model().version()));
    spec.mutable_model()->set_version(version->name());
    record->set_model_blob(version->blob());
    record->set_output_model_id(ParseVersionName(version->name())->model_id);
  } else {
    RETURN_IF_ERROR(CheckStored(state, "model.blob", spec.model().blob()));
    record->set_model_blob(spec.model().blob());
  }
  if (!spec.output_model().empty()) {
    record->set_output_model_id(*ParseName("models", spec.output_model()));
  }
  ASSIGN_OR_RETURN(*record->mutable_data(), ResolveDataset(state, "data", DataOf(spec)));
  if (spec.fit().has_validation_data()) {
    ASSIGN_OR_RETURN(*record->mutable_validation_data(),
                     ResolveDataset(state, "validation_data", spec.fit().validation_data()));
  }
  return absl::OkStatus();
}

void ReleaseGang(Change& change, JobRecord& record) {
  for (const GangMember& member : record.gang()) change.TouchWorker(member.worker_id());
  record.clear_gang();
  record.clear_rendezvous();
  record.mutable_job()->clear_workers();
  change.place = true;
}

// What is known about the epochs from the checkpoint on is void.
void RewindToCheckpoint(tricorn::v1::Job* job) {
  auto* history = job->mutable_history();
  const int epoch = job->has_checkpoint() ? job->checkpoint().epoch() : 0;
  while (!history->empty() && history->rbegin()->epoch() >= epoch) history->RemoveLast();
  job->mutable_progress()->clear_logs();
  job->mutable_progress()->set_epoch(epoch);
  job->mutable_progress()->set_step(job->checkpoint().step());
  job->mutable_progress()->set_global_step(job->checkpoint().global_step());
}

absl::Duration Backoff(const tricorn::v1::Job& job) {
  const auto& policy = job.spec().retry_policy();
  const absl::Duration first =
      policy.has_backoff()
          ? absl::Seconds(policy.backoff().seconds()) + absl::Nanoseconds(policy.backoff().nanos())
          : absl::Seconds(1);
  return first * (1 << std::clamp(job.failures() - 1, 0, 4));
}

}  // namespace

absl::Status CreateJob(Change& change, const JobSubmitted& event) {
  const auto& request = event.request();
  const std::string& id = request.job_id();
  RETURN_IF_ERROR(CheckId("job_id", id));
  RETURN_IF_ERROR(CheckJobSpec(request.spec()));
  if (Find(change.state.jobs, id) != nullptr) {
    return AlreadyExists("jobs/{}: expected a new name, received one in use", id);
  }
  JobRecord record;
  tricorn::v1::Job& job = *record.mutable_job();
  job.set_name("jobs/" + id);
  *job.mutable_spec() = request.spec();
  *job.mutable_labels() = request.labels();
  RETURN_IF_ERROR(Resolve(change.state, id, &record));
  job.set_state(tricorn::v1::JOB_STATE_PENDING);
  job.set_seed(request.spec().fit().has_seed() ? request.spec().fit().seed() : event.seed());
  job.set_virtual_shards(request.spec().virtual_shards());
  job.mutable_progress()->set_epochs(request.spec().fit().epochs());
  *job.mutable_create_time() = change.Stamp();
  *record.mutable_pending_since() = change.Stamp();
  record.set_sequence(++change.state.last_sequence);
  ChangeReferences(change, {}, ReferencesOf(record));

  JobRecord& stored = change.state.jobs[id] = std::move(record);
  change.state.active_jobs.insert(id);
  change.FeedJob(id, stored);
  change.effects.name = stored.job().name();
  change.place = true;
  return absl::OkStatus();
}

absl::Status CancelJob(Change& change, const tricorn::v1::CancelJobRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, FindJobId(change.state, request.name()));
  const tricorn::v1::JobState state = change.state.jobs[id].job().state();
  change.effects.name = request.name();
  if (state == tricorn::v1::JOB_STATE_CANCELLED) return absl::OkStatus();
  if (IsFinal(state)) {
    return FailedPrecondition("{}: expected an unfinished job, received one that is {}",
                              request.name(), tricorn::v1::JobState_Name(state));
  }
  FinishJob(change, id, tricorn::v1::JOB_STATE_CANCELLED);
  return absl::OkStatus();
}

absl::Status DeleteJob(Change& change, const tricorn::v1::DeleteJobRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, FindJobId(change.state, request.name()));
  const JobRecord& record = change.state.jobs[id];
  if (!IsFinal(record.job().state())) {
    return FailedPrecondition("{}: expected a finished job, received one that is {}",
                              request.name(), tricorn::v1::JobState_Name(record.job().state()));
  }
  ChangeReferences(change, ReferencesOf(record), {});
  change.state.jobs.erase(id);
  change.effects.name = request.name();
  change.effects.deleted_jobs.insert(id);
  change.effects.changed_jobs.insert(id);
  change.effects.changed = true;
  return absl::OkStatus();
}

void StartGang(Change& change, const std::string& job_id, std::vector<GangMember> gang) {
  JobRecord& record = change.state.jobs[job_id];
  tricorn::v1::Job& job = *record.mutable_job();
  job.set_generation(job.generation() + 1);
  job.set_state(tricorn::v1::JOB_STATE_STARTING);
  job.clear_pending_reason();
  if (!job.has_start_time()) *job.mutable_start_time() = change.Stamp();
  if (job.virtual_shards() == 0) job.set_virtual_shards(static_cast<int>(gang.size()));
  for (GangMember& member : gang) {
    *member.mutable_assign_time() = change.Stamp();
    job.add_workers("workers/" + member.worker_id());
    change.TouchWorker(member.worker_id());
    *record.add_gang() = std::move(member);
  }
  change.FeedJob(job_id, record);
}

void FinishJob(Change& change, const std::string& job_id, tricorn::v1::JobState state) {
  JobRecord& record = change.state.jobs[job_id];
  const BlobReferences before = ReferencesOf(record);
  ReleaseGang(change, record);
  tricorn::v1::Job& job = *record.mutable_job();
  job.set_state(state);
  job.clear_pending_reason();
  *job.mutable_end_time() = change.Stamp();
  if (state == tricorn::v1::JOB_STATE_SUCCEEDED) {
    job.clear_checkpoint();
    record.clear_checkpoints();
    job.clear_failure();
  }
  record.clear_not_before();
  change.effects.finished_jobs.insert(job_id);
  change.state.active_jobs.erase(job_id);
  ChangeReferences(change, before, ReferencesOf(record));
  change.FeedJob(job_id, record);
}

void RestartJob(Change& change, const std::string& job_id, absl::Time not_before) {
  JobRecord& record = change.state.jobs[job_id];
  ReleaseGang(change, record);
  tricorn::v1::Job& job = *record.mutable_job();
  job.set_state(tricorn::v1::JOB_STATE_PENDING);
  job.set_restarts(job.restarts() + 1);
  change.effects.restarted_jobs.insert(job_id);
  RewindToCheckpoint(&job);
  *record.mutable_pending_since() = change.Stamp();
  *record.mutable_not_before() = ToProto(not_before);
  change.FeedJob(job_id, record);
}

void FailJob(Change& change, const std::string& job_id, tricorn::v1::Failure failure) {
  tricorn::v1::Job& job = *change.state.jobs[job_id].mutable_job();
  failure.set_generation(job.generation());
  job.set_failures(job.failures() + 1);
  const int given = job.spec().retry_policy().max_failures();
  const bool again =
      failure.retryable() && job.failures() < (given > 0 ? given : kDefaultMaxFailures);
  *job.mutable_failure() = std::move(failure);
  if (again) {
    RestartJob(change, job_id, change.now + Backoff(job));
  } else {
    FinishJob(change, job_id, tricorn::v1::JOB_STATE_FAILED);
  }
}

}  // namespace tricorn::server
