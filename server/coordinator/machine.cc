#include "server/coordinator/machine.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "core/base/status.h"
#include "server/state/assignments.h"
#include "server/state/blobs.h"
#include "server/state/change.h"
#include "server/state/reason.h"
#include "server/state/workers.h"

namespace tricorn::server {
namespace {

// Of one event: their files are removed one after the other, and meanwhile nobody is served.
constexpr size_t kMaxForgotten = 256;

// A process of ours that must run by now: its id, unless it was assigned a moment ago.
std::vector<std::string> LongAssigned(const State& state, const std::string& worker_id,
                                      absl::Time before) {
  std::vector<std::string> ids;
  for (const std::string& job_id : state.active_jobs) {
    const JobRecord& record = state.jobs.at(job_id);
    for (int rank = 0; rank < record.gang_size(); ++rank) {
      const GangMember& member = record.gang(rank);
      if (member.worker_id() != worker_id || member.exited()) continue;
      if (FromProto(member.assign_time()) > before) continue;
      ids.push_back(ToString({true, job_id, record.job().generation(), rank}));
    }
  }
  for (const auto& [id, record] : state.deployments) {
    for (const ReplicaRecord& replica : record.replicas()) {
      if (replica.worker_id() != worker_id || FromProto(replica.assign_time()) > before) continue;
      ids.push_back(ToString({false, id, replica.generation(), replica.number()}));
    }
  }
  return ids;
}

std::string Serialize(const Event& event, absl::Time now) {
  LoggedEvent logged;
  *logged.mutable_time() = ToProto(now);
  *logged.mutable_event() = event;
  return logged.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Machine>> Machine::Recover(EventLog& log,
                                                          const MachineOptions& options,
                                                          const Logger& logger, absl::Time now) {
  std::unique_ptr<Machine> machine(new Machine(log, options, logger));
  RETURN_IF_ERROR(machine->Replay());
  machine->RenewAllLeases(now);
  return machine;
}

absl::Status Machine::Replay() {
  ASSIGN_OR_RETURN(const LogContents contents, log_.Read());
  Snapshot snapshot;
  if (!snapshot.ParseFromString(contents.snapshot)) {
    return DataLoss("log: expected a snapshot, received {} bytes of something else",
                    contents.snapshot.size());
  }
  state_ = FromSnapshot(std::move(snapshot));
  events_since_snapshot_ = static_cast<int64_t>(contents.events.size());
  bytes_since_snapshot_ = 0;
  for (const std::string& bytes : contents.events) {
    bytes_since_snapshot_ += static_cast<int64_t>(bytes.size());
    LoggedEvent logged;
    if (!logged.ParseFromString(bytes)) {
      return DataLoss("log: expected an event, received {} bytes of something else", bytes.size());
    }
    Step step = Transition(std::move(state_), logged.event(), FromProto(logged.time()));
    state_ = std::move(step.state);
    if (!step.effects.status.ok()) {
      return DataLoss("log: an event that was accepted is refused in replay: {}",
                      std::string(step.effects.status.message()));
    }
  }
  return absl::OkStatus();
}

void Machine::RenewAllLeases(absl::Time now) {
  recover_time_ = now;
  leases_.clear();
  for (const auto& [id, record] : state_.workers) {
    if (record.worker().state() == tricorn::v1::WORKER_STATE_LOST) continue;
    leases_[id] = {
        record.incarnation(), now + options_.lease_duration, absl::InfinitePast(), {}, {}};
  }
  for (const auto& [id, record] : state_.deployments) last_use_[id] = now;
}

std::vector<Effects> Machine::Commit(const std::vector<Event>& events, absl::Time now) {
  // Times in the log are those of protobuf: whole nanoseconds, as replay will see them.
  now = FromProto(ToProto(now));
  // Of a log that refuses, the next batch is likely to be refused too.
  std::optional<State> before;
  if (log_refuses_) before = state_;
  std::vector<Effects> all;
  LogBatch batch;
  for (const Event& event : events) {
    Step step = Transition(std::move(state_), event, now);
    state_ = std::move(step.state);
    Effects& effects = all.emplace_back(std::move(step.effects));
    if (!effects.changed) continue;
    batch.events.push_back(Serialize(event, now));
    for (const std::string& job_id : effects.deleted_jobs) {
      std::erase_if(batch.feed, [&](const FeedRow& row) { return row.job_id == job_id; });
      batch.deleted_feeds.push_back(job_id);
    }
    for (const FeedEntry& entry : effects.feed) {
      batch.feed.push_back({entry.job_id, entry.sequence, entry.event.SerializeAsString()});
    }
  }
  const absl::Status logged = batch.events.empty() ? absl::OkStatus() : log_.Append(batch);
  if (!logged.ok()) {
    logger_.Error("the log refused events",
                  {{"events", events.size()}, {"error", logged.ToString()}});
    for (Effects& effects : all) {
      effects = Effects();
      effects.status = WithReason(logged, kLogUnavailable);
    }
    // What was applied did not happen. A log that cannot be read either leaves nothing to stand on.
    if (before.has_value()) {
      state_ = *std::move(before);
    } else {
      CHECK(Replay().ok());
    }
    log_refuses_ = true;
    return all;
  }
  if (!batch.events.empty()) log_refuses_ = false;
  for (size_t i = 0; i < events.size(); ++i) {
    if (!all[i].status.ok()) continue;
    if (events[i].has_register_worker()) {
      const auto& request = events[i].register_worker();
      leases_[request.worker_id()] = {
          request.incarnation(), now + options_.lease_duration, now, {}, {}};
    } else if (events[i].has_create_deployment()) {
      last_use_[events[i].create_deployment().deployment_id()] = now;
    }
  }
  events_since_snapshot_ += static_cast<int64_t>(batch.events.size());
  for (const std::string& bytes : batch.events) {
    bytes_since_snapshot_ += static_cast<int64_t>(bytes.size());
  }
  CompactIfLong();
  return all;
}

void Machine::CompactIfLong() {
  if (events_since_snapshot_ < options_.events_per_snapshot &&
      bytes_since_snapshot_ < options_.bytes_per_snapshot) {
    return;
  }
  const absl::Status status = log_.Compact(ToSnapshot(state_).SerializeAsString());
  if (!status.ok()) logger_.Error("compaction failed", {{"error", status.ToString()}});
  // Without success it is tried again after as many; the log is longer, not wrong.
  events_since_snapshot_ = 0;
  bytes_since_snapshot_ = 0;
}

absl::Status Machine::Heartbeat(const std::string& worker_id, const std::string& incarnation,
                                const std::vector<std::string>& running, absl::Time now) {
  RETURN_IF_ERROR(CheckWorker(state_, worker_id, incarnation));
  Lease& lease = leases_[worker_id];
  lease.incarnation = incarnation;
  lease.deadline = now + options_.lease_duration;
  lease.last_heard = now;
  const std::set<std::string> present(running.begin(), running.end());
  const std::vector<std::string> before = std::exchange(lease.missing, {});
  // Of what was assigned just before a restart a worker may not have heard yet.
  if (now < recover_time_ + options_.lease_duration) return absl::OkStatus();
  for (std::string& id : LongAssigned(state_, worker_id, now - options_.lease_duration)) {
    if (present.contains(id)) continue;
    if (std::find(before.begin(), before.end(), id) != before.end()) lease.vanished.push_back(id);
    lease.missing.push_back(std::move(id));
  }
  return absl::OkStatus();
}

void Machine::UseDeployment(const std::string& deployment_id, absl::Time now) {
  if (state_.deployments.contains(deployment_id)) last_use_[deployment_id] = now;
}

void Machine::ExtendLeases(absl::Duration duration) {
  for (auto& [worker_id, lease] : leases_) lease.deadline += duration;
}

absl::Time Machine::LastHeard(const std::string& worker_id) const {
  const Lease* lease = Find(leases_, worker_id);
  return lease == nullptr ? absl::InfinitePast() : lease->last_heard;
}

std::vector<Event> Machine::Due(absl::Time now) {
  std::vector<Event> events;
  for (auto it = leases_.begin(); it != leases_.end();) {
    auto& [worker_id, lease] = *it;
    for (const std::string& assignment_id : std::exchange(lease.vanished, {})) {
      auto& exit = *events.emplace_back().mutable_report_exit();
      exit.set_worker_id(worker_id);
      exit.set_incarnation(lease.incarnation);
      exit.set_assignment_id(assignment_id);
      exit.set_exit_code(255);
      exit.set_message("the worker no longer runs its process");
    }
    if (!CheckWorker(state_, worker_id, lease.incarnation).ok()) {
      it = leases_.erase(it);
      continue;
    }
    if (lease.deadline <= now) {
      WorkerLost& lost = *events.emplace_back().mutable_worker_lost();
      lost.set_worker_id(worker_id);
      lost.set_incarnation(lease.incarnation);
      lost.set_reason(
          fmt::format("not heard of for {}", absl::FormatDuration(options_.lease_duration)));
    }
    ++it;
  }
  for (const auto& [id, record] : state_.deployments) {
    const auto& deployment = record.deployment();
    if (!deployment.has_idle_ttl()) continue;
    const absl::Time used = last_use_.try_emplace(id, now).first->second;
    const absl::Duration ttl = absl::Seconds(deployment.idle_ttl().seconds()) +
                               absl::Nanoseconds(deployment.idle_ttl().nanos());
    if (used + ttl > now) continue;
    events.emplace_back().mutable_delete_deployment()->set_name(deployment.name());
  }
  std::erase_if(last_use_,
                [&](const auto& entry) { return !state_.deployments.contains(entry.first); });
  const std::vector<std::string> old =
      UnreferencedSince(state_, now - options_.unreferenced_blob_ttl, kMaxForgotten);
  if (!old.empty()) {
    auto& forgotten = *events.emplace_back().mutable_blobs_forgotten();
    for (const std::string& sha256 : old) forgotten.add_sha256(sha256);
  }
  if (NextTick(state_) <= now) events.emplace_back().mutable_tick();
  return events;
}

}  // namespace tricorn::server
