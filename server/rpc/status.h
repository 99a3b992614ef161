#pragma once

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace tricorn::server {

// The one place where errors become RPC errors: the code, the message, and google.rpc.ErrorInfo
// (domain "tricorn") in the details when the status has a reason; UNAVAILABLE and a failed log also
// say when to try again.
grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace tricorn::server
