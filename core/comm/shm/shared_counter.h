#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace tricorn::comm {

// A step counter in memory that several processes map: one process sets it, the others wait for it.
// All zeros is a counter at 0. Counts wrap; two counts to compare are less than 2^31 apart.
class SharedCounter {
 public:
  bool HasReached(uint32_t target) const {
    return static_cast<int32_t>(value_.load(std::memory_order_acquire) - target) >= 0;
  }

  // What was written before is visible to whoever sees the counter at `value`.
  void Set(uint32_t value);

  // Burns up to some 20 us, as a peer that is running will be that quick. True if reached.
  bool SpinUntilReached(uint32_t target) const;

  // Sleeps until reached, woken or timed out, whichever is first.
  void SleepUntilReached(uint32_t target, absl::Duration timeout);

  // Ends the sleep of all sleepers.
  void WakeAll();

 private:
  std::atomic<uint32_t> value_;
  std::atomic<uint32_t> sleepers_;  // a killed sleeper stays counted, which costs a system call
};
static_assert(std::atomic<uint32_t>::is_always_lock_free);

}  // namespace tricorn::comm
