#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace tricorn::rpc {

// The codes are the same on both sides; details (google.rpc.Status in `grpc-status-details-bin`)
// are payloads of the absl::Status, by type URL.
absl::Status FromGrpc(const grpc::Status& status);
grpc::Status ToGrpc(const absl::Status& status);

// `status` with ErrorInfo{reason, domain "tricorn"}: the cause, for programs. OK stays OK.
absl::Status WithReason(absl::Status status, std::string_view reason);
// ErrorInfo.reason; empty without one.
std::string ReasonOf(const absl::Status& status);

// The caller's assignment is over: it was replaced and must exit.
inline constexpr std::string_view kStaleGeneration = "STALE_GENERATION";

inline bool IsStaleGeneration(const absl::Status& status) {
  return status.code() == absl::StatusCode::kAborted && ReasonOf(status) == kStaleGeneration;
}

}  // namespace tricorn::rpc
