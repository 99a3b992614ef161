#include "server/state/transition.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/status.h"
#include "server/state/blobs.h"
#include "server/state/change.h"
#include "server/state/datasets.h"
#include "server/state/deployments.h"
#include "server/state/jobs.h"
#include "server/state/models.h"
#include "server/state/placing.h"
#include "server/state/requests.h"
#include "server/state/trainers.h"
#include "server/state/workers.h"

namespace tricorn::server {
namespace {

// The request's identity, for the events that users may repeat.
std::optional<RequestKey> KeyOf(const Event& event) {
  switch (event.kind_case()) {
    case Event::kCreateJob: {
      tricorn::v1::CreateJobRequest request = event.create_job().request();
      if (event.create_job().generated_id()) request.clear_job_id();
      return MakeRequestKey("CreateJob", request);
    }
    case Event::kCancelJob:
      return MakeRequestKey("CancelJob", event.cancel_job());
    case Event::kDeleteJob:
      return MakeRequestKey("DeleteJob", event.delete_job());
    case Event::kCreateModel:
      return MakeRequestKey("CreateModel", event.create_model());
    case Event::kUpdateModel:
      return MakeRequestKey("UpdateModel", event.update_model());
    case Event::kDeleteModel:
      return MakeRequestKey("DeleteModel", event.delete_model());
    case Event::kCreateModelVersion:
      return MakeRequestKey("CreateModelVersion", event.create_model_version());
    case Event::kDeleteModelVersion:
      return MakeRequestKey("DeleteModelVersion", event.delete_model_version());
    case Event::kCreateDataset:
      return MakeRequestKey("CreateDataset", event.create_dataset());
    case Event::kDeleteDataset:
      return MakeRequestKey("DeleteDataset", event.delete_dataset());
    case Event::kCreateDeployment:
      return MakeRequestKey("CreateDeployment", event.create_deployment());
    case Event::kUpdateDeployment:
      return MakeRequestKey("UpdateDeployment", event.update_deployment());
    case Event::kDeleteDeployment:
      return MakeRequestKey("DeleteDeployment", event.delete_deployment());
    default:
      return std::nullopt;
  }
}

absl::Status HandleTick(Change& change) {
  ForgetLostWorkers(change);
  ForgetOldRequests(change);
  change.place = true;
  return absl::OkStatus();
}

absl::Status Handle(Change& change, const Event& event) {
  switch (event.kind_case()) {
    case Event::kCreateJob:
      return CreateJob(change, event.create_job());
    case Event::kCancelJob:
      return CancelJob(change, event.cancel_job());
    case Event::kDeleteJob:
      return DeleteJob(change, event.delete_job());
    case Event::kCreateModel:
      return CreateModel(change, event.create_model());
    case Event::kUpdateModel:
      return UpdateModel(change, event.update_model());
    case Event::kDeleteModel:
      return DeleteModel(change, event.delete_model());
    case Event::kCreateModelVersion:
      return CreateModelVersion(change, event.create_model_version());
    case Event::kDeleteModelVersion:
      return DeleteModelVersion(change, event.delete_model_version());
    case Event::kCreateDataset:
      return CreateDataset(change, event.create_dataset());
    case Event::kDeleteDataset:
      return DeleteDataset(change, event.delete_dataset());
    case Event::kCreateDeployment:
      return CreateDeployment(change, event.create_deployment());
    case Event::kUpdateDeployment:
      return UpdateDeployment(change, event.update_deployment());
    case Event::kDeleteDeployment:
      return DeleteDeployment(change, event.delete_deployment());
    case Event::kBlobStored:
      return StoreBlob(change, event.blob_stored());
    case Event::kBlobsForgotten:
      return ForgetBlobs(change, event.blobs_forgotten());
    case Event::kRegisterWorker:
      return RegisterWorker(change, event.register_worker());
    case Event::kWorkerLost:
      return LoseWorker(change, event.worker_lost());
    case Event::kReportExit:
      return ReportExit(change, event.report_exit());
    case Event::kPredictorReady:
      return PredictorReady(change, event.predictor_ready());
    case Event::kReportProgress:
      return ReportProgress(change, event.report_progress());
    case Event::kCommitCheckpoint:
      return CommitCheckpoint(change, event.commit_checkpoint());
    case Event::kReportResult:
      return ReportResult(change, event.report_result());
    case Event::kReportFailure:
      return ReportFailure(change, event.report_failure());
    case Event::kSetKey:
      return SetKey(change, event.set_key());
    case Event::kTick:
      return HandleTick(change);
    case Event::KIND_NOT_SET:
      break;
  }
  return Internal("event: expected a known kind, received {}", static_cast<int>(event.kind_case()));
}

}  // namespace

Step Transition(State state, const Event& event, absl::Time now) {
  Step step{std::move(state), {}};
  Change change{step.state, step.effects, now};
  const std::optional<RequestKey> key = KeyOf(event);
  if (key.has_value()) {
    absl::StatusOr<std::string> answered = AnsweredBefore(step.state, *key);
    if (!answered.ok() || !answered->empty()) {
      step.effects.status = answered.status();
      if (answered.ok()) step.effects.name = *std::move(answered);
      return step;
    }
  }
  step.effects.status = Handle(change, event);
  if (!step.effects.status.ok()) {
    CHECK(!step.effects.changed);
    step.effects.name.clear();
    return step;
  }
  if (key.has_value()) RememberAnswer(change, *key);
  if (change.place) {
    PlaceJobs(change);
    PlaceReplicas(change);
  }
  return step;
}

absl::Time NextTick(const State& state) {
  absl::Time next = absl::InfiniteFuture();
  for (const std::string& job_id : state.active_jobs) {
    const JobRecord& record = state.jobs.at(job_id);
    if (record.has_not_before()) next = std::min(next, FromProto(record.not_before()));
  }
  for (const auto& [id, record] : state.deployments) {
    if (record.has_not_before()) next = std::min(next, FromProto(record.not_before()));
  }
  for (const auto& [id, record] : state.workers) {
    if (record.has_lost_time()) {
      next = std::min(next, FromProto(record.lost_time()) + kLostWorkerMemory);
    }
  }
  for (const auto& [id, record] : state.requests) {
    next = std::min(next, FromProto(record.time()) + kRequestMemory);
  }
  return next;
}

}  // namespace tricorn::server
