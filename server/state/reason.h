#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace tricorn::server {

// Machine-readable causes, which clients find as google.rpc.ErrorInfo.reason.
inline constexpr std::string_view kStaleGeneration = "STALE_GENERATION";
inline constexpr std::string_view kUnknownWorker = "UNKNOWN_WORKER";
inline constexpr std::string_view kRequestIdReused = "REQUEST_ID_REUSED";
inline constexpr std::string_view kLogUnavailable = "LOG_UNAVAILABLE";

absl::Status WithReason(absl::Status status, std::string_view reason);
// Empty when there is none.
std::string ReasonOf(const absl::Status& status);

}  // namespace tricorn::server
