#include "proto/rpc/retry.h"

#include <unistd.h>

#include <algorithm>

#include "absl/time/clock.h"
#include "core/base/backoff.h"
#include "proto/rpc/transport.h"

namespace tricorn::rpc {

bool IsTransient(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
      return true;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:  // what gRPC makes of a stream that its peer's end cut
      return status.message().find("RST_STREAM") != absl::string_view::npos ||
             status.message().find("Stream removed") != absl::string_view::npos;
    default:
      return false;
  }
}

absl::Status WithRetry(const RetryPolicy& policy, absl::FunctionRef<absl::Status()> attempt) {
  Backoff backoff(
      policy.initial_delay, policy.max_delay,
      static_cast<uint64_t>(getpid()) ^ static_cast<uint64_t>(absl::ToUnixNanos(absl::Now())));
  while (true) {
    const absl::Status status = attempt();
    if (!IsTransient(status)) return status;
    const absl::Time next = absl::Now() + backoff.Next();
    if (next >= policy.give_up) return status;
    auto stopped = [&] { return policy.stop != nullptr && policy.stop->HasBeenNotified(); };
    if (policy.channel != nullptr && AwaitReconnection(*policy.channel, next, stopped)) continue;
    if (policy.stop != nullptr) {
      policy.stop->WaitForNotificationWithDeadline(next);
    } else {
      absl::SleepFor(next - absl::Now());
    }
    if (stopped()) return status;
  }
}

}  // namespace tricorn::rpc
