#include "client/lib/call_options.h"

#include <utility>

namespace tricorn::client {

// Actions run under the lock, so that Forget waits for one that is running.
void Cancellation::Cancel() {
  MutexLock lock(&mu_);
  cancelled_ = true;
  for (const auto& [id, action] : actions_) action();
  actions_.clear();
}

bool Cancellation::cancelled() const {
  MutexLock lock(&mu_);
  return cancelled_;
}

int64_t Cancellation::OnCancel(std::function<void()> action) {
  MutexLock lock(&mu_);
  const int64_t id = next_id_++;
  if (cancelled_) {
    action();
  } else {
    actions_[id] = std::move(action);
  }
  return id;
}

void Cancellation::Forget(int64_t id) {
  MutexLock lock(&mu_);
  actions_.erase(id);
}

}  // namespace tricorn::client
