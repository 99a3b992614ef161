#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/session.h"
#include "client/lib/client.h"

namespace tricorn::cli {

// Shows what happens to a job until it ends: progress for people, or with --json its events, one a
// line, and the job at the end. Ctrl-C leaves the job alone and says how to watch it again.
// Returns the exit code that the job's end stands for. Errors: those of the watch.
absl::StatusOr<int> FollowJob(const Session& session, const client::Client& client,
                              const std::string& name, const std::string& cursor = "");

// The exit code that a finished job stands for; says on standard error why it is not kExitDone.
int ReportOutcome(const client::Job& job);

}  // namespace tricorn::cli
