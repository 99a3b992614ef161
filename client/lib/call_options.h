#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace tricorn::client {

// Ends calls from outside, whichever thread they wait in. For any thread.
class Cancellation {
 public:
  // Calls under way end with Cancelled, and so do those that begin later.
  void Cancel();
  bool cancelled() const;

  // Calls `action` at Cancel, at once if that has been, on the thread that cancels. It must not
  // block. Returns what Forget takes; after Forget the action neither runs nor is running.
  int64_t OnCancel(std::function<void()> action);
  void Forget(int64_t id);

 private:
  mutable Mutex mu_;
  bool cancelled_ ABSL_GUARDED_BY(mu_) = false;
  int64_t next_id_ ABSL_GUARDED_BY(mu_) = 1;
  std::map<int64_t, std::function<void()>> actions_ ABSL_GUARDED_BY(mu_);
};

// How one call is made.
struct CallOptions {
  // For the call with all its repetitions. Absent: ClientOptions::timeout.
  std::optional<absl::Duration> timeout = std::nullopt;
  std::shared_ptr<Cancellation> cancellation = nullptr;
  // Makes a mutation repeatable over a restart of the caller: a call with the request_id and
  // payload of an earlier one gets that one's answer. Empty: a new random one.
  std::string request_id = {};
  // Of a watch: called when the coordinator has gone, with what was heard of it, before trying
  // again; once until it is back. On the thread that watches.
  std::function<void(const absl::Status&)> on_away = nullptr;
};

}  // namespace tricorn::client
