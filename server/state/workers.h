#pragma once

#include "absl/status/status.h"
#include "server/state/change.h"
#include "server/state/event.pb.h"

namespace tricorn::server {

// How long a lost worker is still shown.
inline constexpr absl::Duration kLostWorkerMemory = absl::Hours(1);

// Errors: NotFound with reason UNKNOWN_WORKER unless this incarnation is registered and not lost.
absl::Status CheckWorker(const State& state, const std::string& worker_id,
                         const std::string& incarnation);

absl::Status RegisterWorker(Change& change, const tricorn::v1::RegisterRequest& request);
absl::Status LoseWorker(Change& change, const WorkerLost& event);
absl::Status ReportExit(Change& change, const tricorn::v1::ReportExitRequest& request);
absl::Status PredictorReady(Change& change,
                            const tricorn::v1::ReportPredictorReadyRequest& request);
void ForgetLostWorkers(Change& change);

}  // namespace tricorn::server
