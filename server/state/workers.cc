#include "server/state/workers.h"

#include <utility>

#include "core/base/status.h"
#include "core/base/utf8.h"
#include "server/state/assignments.h"
#include "server/state/deployments.h"
#include "server/state/jobs.h"
#include "server/state/names.h"
#include "server/state/reason.h"

namespace tricorn::server {
namespace {

constexpr int kInternal = 13;  // google.rpc.Code
constexpr size_t kMaxMessageBytes = 16 << 10;

absl::Status CheckCapacity(const tricorn::v1::Capacity& capacity) {
  auto sane = [](int64_t value, int64_t high) { return value >= 0 && value <= high; };
  if (sane(capacity.slots(), 1024) && sane(capacity.predictor_slots(), 1024) &&
      sane(capacity.threads(), 65536) && sane(capacity.memory_bytes(), int64_t{1} << 50) &&
      sane(capacity.gpus(), 1024)) {
    return absl::OkStatus();
  }
  return InvalidArgument("capacity: expected counts that a machine can have, received {}",
                         capacity.ShortDebugString());
}

// Its jobs get new gangs; the loss is not counted as their failure.
void MoveWorkAway(Change& change, const std::string& worker_id, const std::string& reason) {
  const std::set<std::string> active = change.state.active_jobs;
  for (const std::string& job_id : active) {
    JobRecord& record = change.state.jobs[job_id];
    for (int rank = 0; rank < record.gang_size(); ++rank) {
      if (record.gang(rank).worker_id() != worker_id) continue;
      tricorn::v1::Failure& failure = *record.mutable_job()->mutable_failure();
      failure.Clear();
      failure.set_code(14);  // UNAVAILABLE
      failure.set_message(fmt::format("workers/{}: {}", worker_id, reason));
      failure.set_worker("workers/" + worker_id);
      failure.set_rank(rank);
      failure.set_generation(record.job().generation());
      failure.set_retryable(true);
      RestartJob(change, job_id, change.now);
      break;
    }
  }
  RemoveReplicasOf(change, worker_id);
}

void Lose(Change& change, const std::string& worker_id, WorkerRecord& record,
          const std::string& reason) {
  record.mutable_worker()->set_state(tricorn::v1::WORKER_STATE_LOST);
  *record.mutable_lost_time() = change.Stamp();
  MoveWorkAway(change, worker_id, reason);
  change.TouchWorker(worker_id);
  change.place = true;
}

void TrainerExited(Change& change, const AssignmentId& id, const std::string& worker_id,
                   const tricorn::v1::ReportExitRequest& request) {
  JobRecord* record = Find(change.state.jobs, id.owner);
  if (record == nullptr || record->job().generation() != id.generation ||
      id.number >= record->gang_size() || record->gang(id.number).worker_id() != worker_id ||
      record->gang(id.number).exited()) {
    return;
  }
  if (request.exit_code() == 0 && id.number != 0) {
    record->mutable_gang(id.number)->set_exited(true);
    change.TouchWorker(worker_id);
    return;
  }
  tricorn::v1::Failure failure = request.failure();
  if (!request.has_failure()) {
    failure.set_code(kInternal);
    failure.set_retryable(true);
    failure.set_message(fmt::format("rank {} on workers/{} ended with exit code {}{}: {}",
                                    id.number, worker_id, request.exit_code(),
                                    request.exit_code() == 0 ? " before its result" : "",
                                    Utf8Prefix(request.message(), kMaxMessageBytes)));
  }
  failure.set_worker("workers/" + worker_id);
  failure.set_rank(id.number);
  FailJob(change, id.owner, std::move(failure));
}

}  // namespace

absl::Status CheckWorker(const State& state, const std::string& worker_id,
                         const std::string& incarnation) {
  const WorkerRecord* record = Find(state.workers, worker_id);
  if (record != nullptr && record->incarnation() == incarnation &&
      record->worker().state() != tricorn::v1::WORKER_STATE_LOST) {
    return absl::OkStatus();
  }
  if (record != nullptr && record->incarnation() != incarnation) {
    return WithReason(
        absl::AbortedError(fmt::format("workers/{}: expected one agent of this id, received two, "
                                       "and the other one was registered later",
                                       worker_id)),
        kStaleGeneration);
  }
  return WithReason(
      NotFound("workers/{}: expected a registered worker, received {}", worker_id.substr(0, 64),
               record == nullptr ? "an unknown one" : "one whose lease ran out"),
      kUnknownWorker);
}

absl::Status RegisterWorker(Change& change, const tricorn::v1::RegisterRequest& request) {
  const std::string& id = request.worker_id();
  RETURN_IF_ERROR(CheckId("worker_id", id));
  if (request.incarnation().empty() || request.incarnation().size() > 128) {
    return InvalidArgument("incarnation: expected 1 to 128 bytes, received {}",
                           request.incarnation().size());
  }
  RETURN_IF_ERROR(CheckCapacity(request.capacity()));
  WorkerRecord& record = change.state.workers[id];
  if (!record.incarnation().empty() && record.incarnation() != request.incarnation() &&
      record.worker().state() != tricorn::v1::WORKER_STATE_LOST) {
    Lose(change, id, record, "its agent was started anew");
  }
  if (record.incarnation() != request.incarnation()) record.clear_worker();
  record.set_incarnation(request.incarnation());
  record.clear_lost_time();
  tricorn::v1::Worker& worker = *record.mutable_worker();
  worker.set_name("workers/" + id);
  worker.set_state(tricorn::v1::WORKER_STATE_READY);
  *worker.mutable_capacity() = request.capacity();
  worker.set_host_id(request.host_id());
  worker.set_address(request.address());
  worker.set_version(request.version());
  *worker.mutable_backends() = request.backends();
  if (!worker.has_register_time()) *worker.mutable_register_time() = change.Stamp();
  change.effects.name = worker.name();
  change.TouchWorker(id);
  change.place = true;
  return absl::OkStatus();
}

absl::Status LoseWorker(Change& change, const WorkerLost& event) {
  if (!CheckWorker(change.state, event.worker_id(), event.incarnation()).ok()) {
    return absl::OkStatus();
  }
  Lose(change, event.worker_id(), change.state.workers[event.worker_id()], event.reason());
  return absl::OkStatus();
}

absl::Status ReportExit(Change& change, const tricorn::v1::ReportExitRequest& request) {
  RETURN_IF_ERROR(CheckWorker(change.state, request.worker_id(), request.incarnation()));
  ASSIGN_OR_RETURN(const AssignmentId id, ParseAssignmentId(request.assignment_id()));
  if (id.is_trainer) {
    TrainerExited(change, id, request.worker_id(), request);
  } else {
    ReplicaExited(change, id, request);
  }
  return absl::OkStatus();
}

absl::Status PredictorReady(Change& change,
                            const tricorn::v1::ReportPredictorReadyRequest& request) {
  RETURN_IF_ERROR(CheckWorker(change.state, request.worker_id(), request.incarnation()));
  ASSIGN_OR_RETURN(const AssignmentId id, ParseAssignmentId(request.assignment_id()));
  return ReplicaReady(change, id, request);
}

void ForgetLostWorkers(Change& change) {
  std::erase_if(change.state.workers, [&](const auto& entry) {
    const WorkerRecord& record = entry.second;
    const bool old = record.worker().state() == tricorn::v1::WORKER_STATE_LOST &&
                     FromProto(record.lost_time()) + kLostWorkerMemory <= change.now;
    change.effects.changed |= old;
    return old;
  });
}

}  // namespace tricorn::server
