#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/lib/call_options.h"

namespace grpc {
class ClientContext;
class Status;
}  // namespace grpc

namespace tricorn::client {

// Starts one attempt of a call on `context`, which is alive until `done` has been called.
using Attempt =
    std::function<void(grpc::ClientContext* context, std::function<void(grpc::Status)> done)>;

// Makes a call without a thread of its own: repeats it after transient errors, with exponential
// backoff and jitter, until it succeeds, fails for good, is cancelled, or the deadline is near;
// then `done` gets the last status, on a thread of gRPC's. The call must be safe to repeat.
void CallWithRetries(absl::Time deadline, std::shared_ptr<Cancellation> cancellation,
                     Attempt attempt, std::function<void(absl::Status)> done);

}  // namespace tricorn::client
