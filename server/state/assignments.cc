#include "server/state/assignments.h"

#include <charconv>
#include <string_view>

#include "core/base/status.h"

namespace tricorn::server {
namespace {

bool ParseNumber(std::string_view text, int64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return error == std::errc() && end == text.data() + text.size() && *value >= 0;
}

// Where rank `rank`'s virtual shards begin.
int ShardBegin(int rank, int world_size, int virtual_shards) {
  return static_cast<int>(int64_t{rank} * virtual_shards / world_size);
}

// Datasets come resolved, beside the spec; within it they would only make the message twice as
// long.
void DropInlineData(tricorn::v1::JobSpec* spec) {
  auto drop = [](tricorn::v1::DatasetSource* source) {
    if (source->has_dataset()) source->clear_dataset();
  };
  if (spec->has_evaluate()) drop(spec->mutable_evaluate()->mutable_data());
  if (spec->has_predict()) drop(spec->mutable_predict()->mutable_data());
  if (!spec->has_fit()) return;
  drop(spec->mutable_fit()->mutable_data());
  if (spec->fit().has_validation_data()) drop(spec->mutable_fit()->mutable_validation_data());
}

void FillTrainer(const State& state, const JobRecord& record, int rank,
                 tricorn::v1::Assignment* assignment) {
  const tricorn::v1::Job& job = record.job();
  const int world_size = record.gang_size();
  assignment->set_threads(record.gang(rank).threads());
  assignment->set_memory_limit_bytes(job.spec().resources().memory_bytes_per_worker());
  tricorn::v1::TrainerTask& task = *assignment->mutable_trainer();
  task.set_job(job.name());
  *task.mutable_spec() = job.spec();
  DropInlineData(task.mutable_spec());
  task.set_rank(rank);
  task.set_world_size(world_size);
  task.set_shard_begin(ShardBegin(rank, world_size, job.virtual_shards()));
  task.set_shard_end(ShardBegin(rank + 1, world_size, job.virtual_shards()));
  task.set_virtual_shards(job.virtual_shards());
  task.set_seed(job.seed());
  task.set_model_blob(record.model_blob());
  *task.mutable_data() = record.data();
  if (record.has_validation_data()) *task.mutable_validation_data() = record.validation_data();
  if (job.has_checkpoint()) *task.mutable_restore() = job.checkpoint();
  *task.mutable_history() = job.history();
  for (const GangMember& member : record.gang()) {
    tricorn::v1::Peer& peer = *task.add_peers();
    peer.set_worker("workers/" + member.worker_id());
    const WorkerRecord* worker = Find(state.workers, member.worker_id());
    if (worker == nullptr) continue;
    peer.set_host_id(worker->worker().host_id());
    peer.set_address(worker->worker().address());
  }
}

void FillPredictor(const DeploymentRecord& record, const ReplicaRecord& replica,
                   tricorn::v1::Assignment* assignment) {
  tricorn::v1::PredictorTask& task = *assignment->mutable_predictor();
  task.set_deployment(record.deployment().name());
  task.set_model_version(replica.model_version());
  task.set_model_blob(replica.model_blob());
  *task.mutable_batching() = record.deployment().batching();
  task.set_replica(replica.number());
}

}  // namespace

std::string ToString(const AssignmentId& id) {
  return fmt::format("{}/{}/{}/{}", id.is_trainer ? "jobs" : "deployments", id.owner, id.generation,
                     id.number);
}

absl::StatusOr<AssignmentId> ParseAssignmentId(const std::string& text) {
  AssignmentId id;
  std::string_view rest = text;
  const std::string_view collection = rest.substr(0, rest.find('/'));
  const size_t last = rest.rfind('/');
  const size_t middle = last == 0 || last == rest.npos ? rest.npos : rest.rfind('/', last - 1);
  int64_t number = 0;
  if (middle != rest.npos && middle > collection.size() && last < rest.size() &&
      (collection == "jobs" || collection == "deployments") &&
      ParseNumber(rest.substr(middle + 1, last - middle - 1), &id.generation) &&
      ParseNumber(rest.substr(last + 1), &number) && number <= 1 << 30) {
    id.is_trainer = collection == "jobs";
    id.owner = std::string(rest.substr(collection.size() + 1, middle - collection.size() - 1));
    id.number = static_cast<int>(number);
    return id;
  }
  return InvalidArgument(
      "assignment_id: expected {{jobs or deployments}}/{{id}}/{{generation}}/{{number}}, received "
      "'{}'",
      text.substr(0, 200));
}

tricorn::v1::AssignmentSet AssignmentsOf(const State& state, const std::string& worker_id) {
  tricorn::v1::AssignmentSet set;
  const WorkerRecord* worker = Find(state.workers, worker_id);
  if (worker == nullptr) return set;
  set.set_revision(worker->revision());
  for (const std::string& job_id : state.active_jobs) {
    const JobRecord& record = state.jobs.at(job_id);
    for (int rank = 0; rank < record.gang_size(); ++rank) {
      if (record.gang(rank).worker_id() != worker_id || record.gang(rank).exited()) continue;
      tricorn::v1::Assignment& assignment = *set.add_assignments();
      assignment.set_id(ToString({true, job_id, record.job().generation(), rank}));
      assignment.set_generation(record.job().generation());
      FillTrainer(state, record, rank, &assignment);
    }
  }
  for (const auto& [id, record] : state.deployments) {
    for (const ReplicaRecord& replica : record.replicas()) {
      if (replica.worker_id() != worker_id) continue;
      tricorn::v1::Assignment& assignment = *set.add_assignments();
      assignment.set_id(ToString({false, id, replica.generation(), replica.number()}));
      assignment.set_generation(replica.generation());
      FillPredictor(record, replica, &assignment);
    }
  }
  return set;
}

}  // namespace tricorn::server
