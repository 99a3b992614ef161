#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"

namespace tricorn {

// Something that happens once, and threads that wait for it. As absl::Notification, which
// ThreadSanitizer does not understand (mutex.h says why). For any thread; who waited may destroy
// it.
class Notification {
 public:
  // It has happened: whoever waits goes on. Later calls change nothing.
  void Notify() {
    MutexLock lock(&mu_);
    happened_ = true;
  }
  bool HasBeenNotified() const {
    MutexLock lock(&mu_);
    return happened_;
  }
  void WaitForNotification() const { WaitForNotificationWithDeadline(absl::InfiniteFuture()); }
  // Whether it has happened, at the deadline at the latest.
  bool WaitForNotificationWithDeadline(absl::Time deadline) const {
    MutexLock lock(&mu_);
    const auto happened = [this] {
      mu_.AssertHeld();
      return happened_;
    };
    return mu_.AwaitWithDeadline(happened, deadline);
  }
  bool WaitForNotificationWithTimeout(absl::Duration timeout) const {
    return WaitForNotificationWithDeadline(absl::Now() + timeout);
  }

 private:
  mutable Mutex mu_;
  bool happened_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace tricorn
