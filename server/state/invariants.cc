#include "server/state/invariants.h"

#include <map>
#include <string>

#include "core/base/status.h"
#include "server/state/blobs.h"
#include "server/state/job_spec.h"

namespace tricorn::server {
namespace {

absl::Status CheckGang(const State& state, const std::string& id, const JobRecord& record) {
  const tricorn::v1::Job& job = record.job();
  const bool placed = job.state() == tricorn::v1::JOB_STATE_STARTING ||
                      job.state() == tricorn::v1::JOB_STATE_RUNNING;
  if (placed != (record.gang_size() > 0)) {
    return Internal("jobs/{}: is {} with a gang of {}", id, tricorn::v1::JobState_Name(job.state()),
                    record.gang_size());
  }
  if (IsFinal(job.state()) == state.active_jobs.contains(id)) {
    return Internal("jobs/{}: active_jobs disagrees with {}", id,
                    tricorn::v1::JobState_Name(job.state()));
  }
  if (placed &&
      (record.gang_size() < MinWorkers(job.spec()) || record.gang_size() > MaxWorkers(job.spec()) ||
       record.gang_size() > job.virtual_shards())) {
    return Internal("jobs/{}: a gang of {} with {} shards", id, record.gang_size(),
                    job.virtual_shards());
  }
  if (job.state() == tricorn::v1::JOB_STATE_PENDING && job.pending_reason().empty()) {
    return Internal("jobs/{}: is pending without a reason", id);
  }
  return absl::OkStatus();
}

absl::Status CheckSlots(const State& state) {
  std::map<std::string, int> trainers, predictors;
  for (const auto& [id, record] : state.jobs) {
    for (const GangMember& member : record.gang()) ++trainers[member.worker_id()];
  }
  for (const auto& [id, record] : state.deployments) {
    for (const ReplicaRecord& replica : record.replicas()) ++predictors[replica.worker_id()];
  }
  auto check = [&](const std::map<std::string, int>& used, bool trainer) -> absl::Status {
    for (const auto& [id, count] : used) {
      const WorkerRecord* worker = Find(state.workers, id);
      if (worker == nullptr || worker->worker().state() == tricorn::v1::WORKER_STATE_LOST) {
        return Internal("workers/{}: has work but is lost", id);
      }
      const auto& capacity = worker->worker().capacity();
      if (count > (trainer ? capacity.slots() : capacity.predictor_slots())) {
        return Internal("workers/{}: {} {} exceed its slots", id, count,
                        trainer ? "trainers" : "predictors");
      }
    }
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(check(trainers, true));
  return check(predictors, false);
}

absl::Status CheckReferences(const State& state) {
  std::map<std::string, int64_t> counted;
  auto count = [&](const BlobReferences& references) {
    for (const std::string& sha256 : references) ++counted[sha256];
  };
  for (const auto& [id, record] : state.jobs) count(ReferencesOf(record));
  for (const auto& [id, record] : state.models) count(ReferencesOf(record));
  for (const auto& [id, record] : state.datasets) count(ReferencesOf(record.dataset()));
  for (const auto& [id, record] : state.deployments) count(ReferencesOf(record));
  for (const auto& [sha256, references] : counted) {
    if (Find(state.blobs, sha256) == nullptr) return Internal("blobs/{}: is used but gone", sha256);
  }
  for (const auto& [sha256, record] : state.blobs) {
    if (record.references() != counted[sha256]) {
      return Internal("blobs/{}: counts {} references, has {}", sha256, record.references(),
                      counted[sha256]);
    }
    if ((record.references() == 0) != record.has_unreferenced_since()) {
      return Internal("blobs/{}: unreferenced_since disagrees", sha256);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInvariants(const State& state) {
  for (const auto& [id, record] : state.jobs) RETURN_IF_ERROR(CheckGang(state, id, record));
  for (const std::string& id : state.active_jobs) {
    if (!state.jobs.contains(id)) return Internal("jobs/{}: is active but gone", id);
  }
  RETURN_IF_ERROR(CheckSlots(state));
  return CheckReferences(state);
}

}  // namespace tricorn::server
