#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/notification.h"

namespace grpc {
class Channel;
}

namespace tricorn::rpc {

// Whether the call may go better when it is repeated as it is: the peer is away, was shut down in
// the middle, or did not answer in time.
bool IsTransient(const absl::Status& status);

struct RetryPolicy {
  // What the calls go over, if it is one channel: then an attempt follows as soon as it is
  // connected.
  grpc::Channel* channel = nullptr;
  absl::Duration initial_delay = absl::Milliseconds(100);
  absl::Duration max_delay = absl::Seconds(3);
  absl::Time give_up = absl::InfiniteFuture();  // no attempt begins later
  const Notification* stop = nullptr;           // notified: no attempt begins any more
};

// Repeats `attempt` until it succeeds, fails for good, or the policy ends it; then the last status.
absl::Status WithRetry(const RetryPolicy& policy, absl::FunctionRef<absl::Status()> attempt);

}  // namespace tricorn::rpc
