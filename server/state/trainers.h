#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "server/state/change.h"
#include "tricorn/v1/trainer.pb.h"

namespace tricorn::server {

// What trainers report. All refuse with Aborted and reason STALE_GENERATION who does not belong to
// the present gang.
absl::Status CheckTrainer(const State& state, const tricorn::v1::Trainer& trainer);

// So much of a job's log lines is kept; one that says more is cut short.
inline constexpr int64_t kMaxLogBytes = int64_t{16} << 20;
absl::Status ReportProgress(Change& change, const tricorn::v1::ReportProgressRequest& request);
absl::Status CommitCheckpoint(Change& change, const tricorn::v1::CommitCheckpointRequest& request);
absl::Status ReportResult(Change& change, const tricorn::v1::ReportResultRequest& request);
absl::Status ReportFailure(Change& change, const tricorn::v1::ReportFailureRequest& request);
absl::Status SetKey(Change& change, const tricorn::v1::SetKeyRequest& request);

}  // namespace tricorn::server
