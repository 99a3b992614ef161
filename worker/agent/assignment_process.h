#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tricorn/v1/worker.pb.h"
#include "worker/agent/options.h"
#include "worker/process/process_spec.h"

namespace tricorn::worker {

// The process that does an assignment: `tricorn-worker trainer ...` or `... predictor ...`, with
// the serialized assignment as its input. `stop_grace`: what it has to end in when it is told to.
ProcessSpec ProcessFor(const v1::Assignment& assignment, const AgentOptions& options,
                       const std::string& incarnation, const std::string& device,
                       absl::Duration stop_grace);

// Where that process may write; removed when it has ended.
std::string ScratchDirectory(const std::string& assignment_id, const AgentOptions& options);

// What the coordinator is told of an end.
v1::ReportExitRequest ReportOf(const ProcessExit& exit);

}  // namespace tricorn::worker
