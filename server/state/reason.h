#pragma once

#include <string_view>

#include "proto/rpc/status.h"

namespace tricorn::server {

// Causes for programs, which clients find as google.rpc.ErrorInfo.reason.
using rpc::kStaleGeneration;
using rpc::ReasonOf;
using rpc::WithReason;
inline constexpr std::string_view kUnknownWorker = "UNKNOWN_WORKER";
inline constexpr std::string_view kRequestIdReused = "REQUEST_ID_REUSED";
inline constexpr std::string_view kLogUnavailable = "LOG_UNAVAILABLE";

}  // namespace tricorn::server
