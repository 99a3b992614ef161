#pragma once

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"

namespace tricorn::comm {

// The first error of a group; it stays. For any thread.
class Failure {
 public:
  // Keeps `error` if it is the first.
  void Set(const absl::Status& error);

  bool happened() const { return happened_.load(std::memory_order_acquire); }
  absl::Status status() const;  // OK if none happened

 private:
  std::atomic<bool> happened_ = false;
  mutable Mutex mu_;
  absl::Status first_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::comm
