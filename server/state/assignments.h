#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/state/state.h"
#include "tricorn/v1/worker.pb.h"

namespace tricorn::server {

// `jobs/{job}/{generation}/{rank}` or `deployments/{deployment}/{generation}/{replica}`.
struct AssignmentId {
  bool is_trainer = false;
  std::string owner;
  int64_t generation = 0;
  int number = 0;
};
std::string ToString(const AssignmentId& id);
absl::StatusOr<AssignmentId> ParseAssignmentId(const std::string& text);

// Everything the worker is to run now.
tricorn::v1::AssignmentSet AssignmentsOf(const State& state, const std::string& worker_id);

}  // namespace tricorn::server
