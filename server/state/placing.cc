#include "server/state/placing.h"

#include <algorithm>
#include <map>
#include <utility>

#include "fmt/core.h"
#include "server/scheduler/placement.h"
#include "server/state/job_spec.h"
#include "server/state/jobs.h"

namespace tricorn::server {
namespace {

std::string QueueOf(const JobRecord& record) {
  const std::string& queue = record.job().spec().queue();
  return queue.empty() ? "default" : queue;
}

// What ready workers have left beside the gangs placed.
std::vector<Offer> OffersOf(const State& state) {
  std::map<std::string, Offer> offers;
  for (const auto& [id, record] : state.workers) {
    if (record.worker().state() != tricorn::v1::WORKER_STATE_READY) continue;
    const tricorn::v1::Capacity& capacity = record.worker().capacity();
    offers[id] = {.worker = id,
                  .host = record.worker().host_id(),
                  .free_slots = capacity.slots(),
                  .slots = capacity.slots(),
                  .free_threads = capacity.threads(),
                  .threads = capacity.threads(),
                  .free_memory_bytes = capacity.memory_bytes(),
                  .memory_bytes = capacity.memory_bytes(),
                  .free_gpus = capacity.gpus(),
                  .gpus = capacity.gpus()};
  }
  for (const std::string& job_id : state.active_jobs) {
    const JobRecord& record = state.jobs.at(job_id);
    for (const GangMember& member : record.gang()) {
      Offer* offer = Find(offers, member.worker_id());
      if (offer == nullptr) continue;
      offer->free_slots -= 1;
      offer->free_threads -= member.threads();
      offer->free_memory_bytes -= record.job().spec().resources().memory_bytes_per_worker();
      offer->free_gpus -= record.job().spec().resources().gpus_per_worker();
    }
  }
  std::vector<Offer> list;
  for (auto& [id, offer] : offers) list.push_back(std::move(offer));
  return list;
}

Demand DemandOf(const std::string& job_id, const JobRecord& record, absl::Time now) {
  const tricorn::v1::Job& job = record.job();
  Demand demand;
  demand.job = job_id;
  demand.queue = QueueOf(record);
  demand.priority = job.spec().priority();
  demand.sequence = record.sequence();
  demand.min_workers = MinWorkers(job.spec());
  demand.max_workers = MaxWorkers(job.spec());
  // Shards are fixed at the first start; no rank may go without.
  if (job.virtual_shards() > 0) {
    demand.max_workers = std::min(demand.max_workers, job.virtual_shards());
  }
  demand.threads = job.spec().resources().threads_per_worker();
  demand.memory_bytes = job.spec().resources().memory_bytes_per_worker();
  demand.gpus = job.spec().resources().gpus_per_worker();
  demand.waited = now - FromProto(record.pending_since());
  return demand;
}

void Wait(Change& change, const std::string& job_id, std::string reason) {
  JobRecord& record = change.state.jobs[job_id];
  tricorn::v1::Job& job = *record.mutable_job();
  if (job.pending_reason() == reason) return;
  const bool first = job.pending_reason().empty();
  job.set_pending_reason(std::move(reason));
  change.effects.changed = true;
  // Later reasons differ in numbers; GetJob shows them.
  if (first) change.FeedJob(job_id, record);
}

}  // namespace

void PlaceJobs(Change& change) {
  std::vector<Demand> demands;
  std::map<std::string, int> used_slots;
  const std::set<std::string> active = change.state.active_jobs;
  for (const std::string& job_id : active) {
    JobRecord& record = change.state.jobs[job_id];
    used_slots[QueueOf(record)] += record.gang_size();
    if (record.job().state() != tricorn::v1::JOB_STATE_PENDING) continue;
    if (FromProto(record.not_before()) > change.now) {
      Wait(
          change, job_id,
          fmt::format("waits before its next attempt after: {}", record.job().failure().message()));
      continue;
    }
    if (record.has_not_before()) {
      record.clear_not_before();
      change.effects.changed = true;
    }
    demands.push_back(DemandOf(job_id, record, change.now));
  }
  if (demands.empty()) return;
  for (Verdict& verdict :
       Place(OffersOf(change.state), std::move(demands), std::move(used_slots))) {
    if (verdict.gang.empty()) {
      Wait(change, verdict.job, std::move(verdict.reason));
      continue;
    }
    std::vector<GangMember> gang;
    for (const Member& member : verdict.gang) {
      GangMember& added = gang.emplace_back();
      added.set_worker_id(member.worker);
      added.set_threads(member.threads);
    }
    StartGang(change, verdict.job, std::move(gang));
  }
}

}  // namespace tricorn::server
