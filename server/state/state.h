#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "server/state/record.pb.h"

namespace tricorn::server {

// All that the coordinator knows and must not forget. It is a function of the events in the log;
// only Transition changes it. Maps are keyed by the last part of the resource's name.
struct State {
  std::map<std::string, JobRecord> jobs;
  std::map<std::string, WorkerRecord> workers;
  std::map<std::string, ModelRecord> models;
  std::map<std::string, DatasetRecord> datasets;
  std::map<std::string, DeploymentRecord> deployments;
  std::map<std::string, BlobRecord> blobs;        // by SHA-256
  std::map<std::string, RequestRecord> requests;  // by request_id
  int64_t last_sequence = 0;

  // Derived: ids of the jobs that have not ended.
  std::set<std::string> active_jobs;
};

Snapshot ToSnapshot(const State& state);
State FromSnapshot(Snapshot snapshot);

bool IsFinal(tricorn::v1::JobState state);

// The record, or null.
template <typename Map>
auto* Find(Map& map, const std::string& key) {
  auto it = map.find(key);
  return it == map.end() ? nullptr : &it->second;
}

}  // namespace tricorn::server
