#pragma once

#include <string>

#include "absl/status/status.h"
#include "server/state/change.h"
#include "server/state/event.pb.h"

namespace tricorn::server {

absl::Status CreateJob(Change& change, const JobSubmitted& event);
absl::Status CancelJob(Change& change, const tricorn::v1::CancelJobRequest& request);
absl::Status DeleteJob(Change& change, const tricorn::v1::DeleteJobRequest& request);

// Gives an unfinished job its gang: the next generation starts.
void StartGang(Change& change, const std::string& job_id, std::vector<GangMember> gang);

// Ends an unfinished job. `result` and `failure` are set before.
void FinishJob(Change& change, const std::string& job_id, tricorn::v1::JobState state);

// Ends the present generation: the job waits for a new gang and goes on from its last checkpoint.
// `not_before` is when it may be placed.
void RestartJob(Change& change, const std::string& job_id, absl::Time not_before);

// A trainer failed: restarts the job after a back-off, or ends it when it failed too often or
// cannot go better.
void FailJob(Change& change, const std::string& job_id, tricorn::v1::Failure failure);

}  // namespace tricorn::server
