#include "server/state/deployments.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"
#include "core/base/utf8.h"
#include "server/state/blobs.h"
#include "server/state/models.h"
#include "server/state/names.h"
#include "server/state/reason.h"

namespace tricorn::server {
namespace {

using tricorn::v1::Deployment;

constexpr int kMaxFailures = 3;
constexpr int kMaxReplicas = 1024;
constexpr size_t kMaxMessageBytes = 16 << 10;

absl::StatusOr<std::string> FindDeploymentId(const State& state, std::string_view name) {
  ASSIGN_OR_RETURN(std::string id, ParseName("deployments", name));
  if (Find(state.deployments, id) == nullptr)
    return NotFound("deployments/{}: no such deployment", id);
  return id;
}

absl::Status CheckDeployment(const Deployment& deployment) {
  if (deployment.replica_count() < 0 || deployment.replica_count() > kMaxReplicas) {
    return InvalidArgument("replica_count: expected 0 (one) to {}, received {}", kMaxReplicas,
                           deployment.replica_count());
  }
  const auto& batching = deployment.batching();
  if (batching.max_batch_size() < 0 || batching.max_batch_size() > 1 << 20) {
    return InvalidArgument("batching.max_batch_size: expected 0 (the default) to {}, received {}",
                           1 << 20, batching.max_batch_size());
  }
  const int64_t delay = batching.max_delay().seconds();
  if (delay < 0 || delay > 60 || batching.max_delay().nanos() < 0) {
    return InvalidArgument("batching.max_delay: expected 0 to 60 s, received {} s", delay);
  }
  if (deployment.idle_ttl().seconds() < 0) {
    return InvalidArgument("idle_ttl: expected 0 s or more, received {} s",
                           deployment.idle_ttl().seconds());
  }
  return absl::OkStatus();
}

// What users see of the replicas.
void Refresh(DeploymentRecord* record) {
  Deployment& deployment = *record->mutable_deployment();
  deployment.clear_replicas();
  bool ready = false;
  for (const ReplicaRecord& replica : record->replicas()) {
    tricorn::v1::Replica& shown = *deployment.add_replicas();
    shown.set_worker("workers/" + replica.worker_id());
    shown.set_address(replica.address());
    shown.set_ready(replica.ready());
    shown.set_generation(replica.generation());
    ready |= replica.ready();
  }
  if (deployment.state() == tricorn::v1::DEPLOYMENT_STATE_FAILED) return;
  deployment.set_state(ready ? tricorn::v1::DEPLOYMENT_STATE_READY
                             : tricorn::v1::DEPLOYMENT_STATE_PENDING);
  if (ready) deployment.clear_pending_reason();
}

// Removes the replicas of which `gone` says so.
template <typename Gone>
void Remove(Change& change, DeploymentRecord* record, const Gone& gone) {
  const BlobReferences before = ReferencesOf(*record);
  auto* replicas = record->mutable_replicas();
  for (const ReplicaRecord& replica : *replicas) {
    if (gone(replica)) change.TouchWorker(replica.worker_id());
  }
  replicas->erase(std::remove_if(replicas->begin(), replicas->end(), gone), replicas->end());
  ChangeReferences(change, before, ReferencesOf(*record));
  Refresh(record);
  change.place = true;
}

ReplicaRecord* FindReplica(State& state, const AssignmentId& id) {
  DeploymentRecord* record = Find(state.deployments, id.owner);
  if (record == nullptr) return nullptr;
  for (ReplicaRecord& replica : *record->mutable_replicas()) {
    if (replica.number() == id.number && replica.generation() == id.generation) return &replica;
  }
  return nullptr;
}

void StartReplica(Change& change, DeploymentRecord* record, const std::string& worker_id) {
  const BlobReferences before = ReferencesOf(*record);
  record->set_last_replica(record->last_replica() + 1);
  ReplicaRecord& replica = *record->add_replicas();
  replica.set_number(record->last_replica());
  replica.set_worker_id(worker_id);
  replica.set_generation(record->deployment().generation());
  replica.set_model_version(record->deployment().model_version());
  replica.set_model_blob(record->model_blob());
  *replica.mutable_assign_time() = change.Stamp();
  ChangeReferences(change, before, ReferencesOf(*record));
  change.TouchWorker(worker_id);
  Refresh(record);
}

// Replicas of the present generation.
int CountPresent(const DeploymentRecord& record) {
  return static_cast<int>(
      std::count_if(record.replicas().begin(), record.replicas().end(), [&](const auto& replica) {
        return replica.generation() == record.deployment().generation();
      }));
}

// Of more replicas than wanted the newest go.
void RemoveSurplus(Change& change, DeploymentRecord* record) {
  if (record->deployment().state() == tricorn::v1::DEPLOYMENT_STATE_FAILED) return;
  for (int surplus = CountPresent(*record) - record->deployment().replica_count(); surplus > 0;
       --surplus) {
    const int number = record->replicas().rbegin()->number();
    Remove(change, record, [&](const ReplicaRecord& r) { return r.number() == number; });
  }
}

void End(Change& change, const std::string& id) {
  DeploymentRecord& record = change.state.deployments[id];
  Remove(change, &record, [](const ReplicaRecord&) { return true; });
  ChangeReferences(change, ReferencesOf(record), {});
  change.state.deployments.erase(id);
  change.effects.changed = true;
}

std::map<std::string, int> FreePredictorSlots(const State& state) {
  std::map<std::string, int> free;
  for (const auto& [id, worker] : state.workers) {
    if (worker.worker().state() != tricorn::v1::WORKER_STATE_READY) continue;
    free[id] = worker.worker().capacity().predictor_slots();
  }
  for (const auto& [id, record] : state.deployments) {
    for (const ReplicaRecord& replica : record.replicas()) --free[replica.worker_id()];
  }
  return free;
}

}  // namespace

absl::Status CreateDeployment(Change& change, const tricorn::v1::CreateDeploymentRequest& request) {
  const std::string& id = request.deployment_id();
  RETURN_IF_ERROR(CheckId("deployment_id", id));
  RETURN_IF_ERROR(CheckDeployment(request.deployment()));
  if (Find(change.state.deployments, id) != nullptr) {
    return AlreadyExists("deployments/{}: expected a new name, received one in use", id);
  }
  ASSIGN_OR_RETURN(const tricorn::v1::ModelVersion* version,
                   FindVersion(change.state, request.deployment().model_version()));
  DeploymentRecord& record = change.state.deployments[id];
  Deployment& deployment = *record.mutable_deployment();
  deployment = request.deployment();
  deployment.set_name("deployments/" + id);
  deployment.set_model_version(version->name());
  deployment.set_replica_count(std::max(1, deployment.replica_count()));
  deployment.set_generation(1);
  deployment.set_state(tricorn::v1::DEPLOYMENT_STATE_PENDING);
  deployment.clear_failure();
  deployment.clear_replicas();
  *deployment.mutable_create_time() = change.Stamp();
  record.set_model_blob(version->blob());
  ChangeReferences(change, {}, ReferencesOf(record));
  change.effects.name = deployment.name();
  change.effects.changed = true;
  change.place = true;
  return absl::OkStatus();
}

absl::Status UpdateDeployment(Change& change, const tricorn::v1::UpdateDeploymentRequest& request) {
  const Deployment& wanted = request.deployment();
  ASSIGN_OR_RETURN(const std::string id, FindDeploymentId(change.state, wanted.name()));
  RETURN_IF_ERROR(CheckDeployment(wanted));
  const tricorn::v1::ModelVersion* version = nullptr;
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "model_version") {
      ASSIGN_OR_RETURN(version, FindVersion(change.state, wanted.model_version()));
    } else if (path != "replica_count" && path != "batching" && path != "idle_ttl") {
      return InvalidArgument(
          "update_mask: expected model_version, replica_count, batching or idle_ttl, received '{}'",
          path);
    }
  }
  DeploymentRecord& record = change.state.deployments[id];
  Deployment& deployment = *record.mutable_deployment();
  const BlobReferences before = ReferencesOf(record);
  bool new_generation = false;
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "model_version") {
      deployment.set_model_version(version->name());
      record.set_model_blob(version->blob());
      new_generation = true;
    } else if (path == "replica_count") {
      deployment.set_replica_count(std::max(1, wanted.replica_count()));
    } else if (path == "batching") {
      *deployment.mutable_batching() = wanted.batching();
      new_generation = true;
    } else if (path == "idle_ttl") {
      *deployment.mutable_idle_ttl() = wanted.idle_ttl();
    }
  }
  if (new_generation) {
    deployment.set_generation(deployment.generation() + 1);
    deployment.clear_failure();
    deployment.set_state(tricorn::v1::DEPLOYMENT_STATE_PENDING);
    record.set_failures(0);
    record.clear_not_before();
  }
  ChangeReferences(change, before, ReferencesOf(record));
  Refresh(&record);
  change.effects.name = deployment.name();
  change.effects.changed = true;
  change.place = true;
  return absl::OkStatus();
}

absl::Status DeleteDeployment(Change& change, const tricorn::v1::DeleteDeploymentRequest& request) {
  ASSIGN_OR_RETURN(const std::string id, FindDeploymentId(change.state, request.name()));
  End(change, id);
  change.effects.name = request.name();
  return absl::OkStatus();
}

void EndOnDemand(Change& change, const std::function<bool(const std::string& version)>& serves) {
  std::vector<std::string> ids;
  for (const auto& [id, record] : change.state.deployments) {
    const Deployment& deployment = record.deployment();
    if (deployment.on_demand() && serves(deployment.model_version())) ids.push_back(id);
  }
  for (const std::string& id : ids) End(change, id);
}

absl::Status ReplicaReady(Change& change, const AssignmentId& id,
                          const tricorn::v1::ReportPredictorReadyRequest& request) {
  ReplicaRecord* replica = FindReplica(change.state, id);
  if (replica == nullptr || replica->worker_id() != request.worker_id()) {
    return WithReason(absl::AbortedError(fmt::format("{}: the replica has been replaced",
                                                     request.assignment_id())),
                      kStaleGeneration);
  }
  if (replica->ready() && replica->address() == request.address()) return absl::OkStatus();
  replica->set_ready(true);
  replica->set_address(request.address());
  DeploymentRecord& record = change.state.deployments[id.owner];
  change.effects.changed = true;
  if (id.generation == record.deployment().generation()) {
    record.set_failures(0);
    Remove(change, &record,
           [&](const ReplicaRecord& other) { return other.generation() < id.generation; });
  } else {
    Refresh(&record);
  }
  return absl::OkStatus();
}

void ReplicaExited(Change& change, const AssignmentId& id,
                   const tricorn::v1::ReportExitRequest& request) {
  const ReplicaRecord* replica = FindReplica(change.state, id);
  if (replica == nullptr || replica->worker_id() != request.worker_id()) return;
  DeploymentRecord& record = change.state.deployments[id.owner];
  Remove(change, &record, [&](const ReplicaRecord& other) { return other.number() == id.number; });
  // Nobody replaces it, and it says nothing of those that replace it.
  if (id.generation < record.deployment().generation()) return;
  record.set_failures(record.failures() + 1);
  *record.mutable_not_before() =
      ToProto(change.now + absl::Seconds(1) * (1 << std::min(record.failures() - 1, 4)));
  Deployment& deployment = *record.mutable_deployment();
  tricorn::v1::Failure& failure = *deployment.mutable_failure();
  failure = request.failure();
  if (!request.has_failure()) {
    failure.set_code(13);  // google.rpc.Code.INTERNAL
    failure.set_retryable(true);
    failure.set_message(fmt::format("predictor on workers/{} ended with exit code {}: {}",
                                    request.worker_id(), request.exit_code(),
                                    Utf8Prefix(request.message(), kMaxMessageBytes)));
  }
  failure.set_worker("workers/" + request.worker_id());
  failure.set_generation(id.generation);
  if (failure.retryable() && record.failures() < kMaxFailures) return;
  record.clear_not_before();
  deployment.set_state(tricorn::v1::DEPLOYMENT_STATE_FAILED);
  deployment.clear_pending_reason();
}

void RemoveReplicasOf(Change& change, const std::string& worker_id) {
  for (auto& [id, record] : change.state.deployments) {
    const auto& replicas = record.replicas();
    const auto gone = [&](const ReplicaRecord& replica) {
      return replica.worker_id() == worker_id;
    };
    if (std::any_of(replicas.begin(), replicas.end(), gone)) Remove(change, &record, gone);
  }
}

void PlaceReplicas(Change& change) {
  for (auto& [id, record] : change.state.deployments) RemoveSurplus(change, &record);
  std::map<std::string, int> free = FreePredictorSlots(change.state);
  for (auto& [id, record] : change.state.deployments) {
    Deployment& deployment = *record.mutable_deployment();
    if (deployment.state() == tricorn::v1::DEPLOYMENT_STATE_FAILED) continue;
    const int64_t generation = deployment.generation();
    const auto& replicas = record.replicas();
    int present = CountPresent(record);
    if (FromProto(record.not_before()) > change.now) continue;
    if (record.has_not_before()) {
      record.clear_not_before();
      change.effects.changed = true;
    }
    while (present < deployment.replica_count()) {
      auto roomiest = std::max_element(free.begin(), free.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      });
      if (roomiest == free.end() || roomiest->second <= 0) {
        // No room beside the old generation: one of its replicas makes way.
        const auto old =
            std::find_if(replicas.begin(), replicas.end(),
                         [&](const ReplicaRecord& r) { return r.generation() < generation; });
        if (old == replicas.end()) break;
        const int number = old->number();
        ++free[old->worker_id()];
        Remove(change, &record, [&](const ReplicaRecord& r) { return r.number() == number; });
        continue;
      }
      --roomiest->second;
      StartReplica(change, &record, roomiest->first);
      ++present;
    }
    if (deployment.state() != tricorn::v1::DEPLOYMENT_STATE_PENDING) continue;
    std::string reason =
        !replicas.empty() ? "its predictor loads the model"
        : free.empty()
            ? "needs a place for a predictor; no worker is registered"
            : fmt::format("needs a place for a predictor; none is free on {} workers", free.size());
    if (reason == deployment.pending_reason()) continue;
    deployment.set_pending_reason(std::move(reason));
    change.effects.changed = true;
  }
}

}  // namespace tricorn::server
