#include "server/state/state.h"

#include <utility>

namespace tricorn::server {

bool IsFinal(tricorn::v1::JobState state) {
  return state == tricorn::v1::JOB_STATE_SUCCEEDED || state == tricorn::v1::JOB_STATE_FAILED ||
         state == tricorn::v1::JOB_STATE_CANCELLED;
}

Snapshot ToSnapshot(const State& state) {
  Snapshot snapshot;
  for (const auto& [id, record] : state.jobs) *snapshot.add_jobs() = record;
  for (const auto& [id, record] : state.workers) *snapshot.add_workers() = record;
  for (const auto& [id, record] : state.models) *snapshot.add_models() = record;
  for (const auto& [id, record] : state.datasets) *snapshot.add_datasets() = record;
  for (const auto& [id, record] : state.deployments) *snapshot.add_deployments() = record;
  for (const auto& [id, record] : state.blobs) *snapshot.add_blobs() = record;
  for (const auto& [id, record] : state.requests) *snapshot.add_requests() = record;
  snapshot.set_last_sequence(state.last_sequence);
  return snapshot;
}

namespace {

std::string LastPart(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

State FromSnapshot(Snapshot snapshot) {
  State state;
  for (auto& record : *snapshot.mutable_jobs()) {
    const std::string id = LastPart(record.job().name());
    if (!IsFinal(record.job().state())) state.active_jobs.insert(id);
    state.jobs[id] = std::move(record);
  }
  for (auto& record : *snapshot.mutable_workers()) {
    state.workers[LastPart(record.worker().name())] = std::move(record);
  }
  for (auto& record : *snapshot.mutable_models()) {
    state.models[LastPart(record.model().name())] = std::move(record);
  }
  for (auto& record : *snapshot.mutable_datasets()) {
    state.datasets[LastPart(record.dataset().name())] = std::move(record);
  }
  for (auto& record : *snapshot.mutable_deployments()) {
    state.deployments[LastPart(record.deployment().name())] = std::move(record);
  }
  for (auto& record : *snapshot.mutable_blobs()) state.blobs[record.sha256()] = std::move(record);
  for (auto& record : *snapshot.mutable_requests()) {
    state.requests[record.request_id()] = std::move(record);
  }
  state.last_sequence = snapshot.last_sequence();
  return state;
}

}  // namespace tricorn::server
