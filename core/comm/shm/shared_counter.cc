#include "core/comm/shm/shared_counter.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>

namespace tricorn::comm {
namespace {

constexpr int kSpins = 1000;

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace

void SharedCounter::Set(uint32_t value) {
  // Both accesses are in the one total order with those of SleepUntilReached: either the sleeper
  // sees the value, or this thread sees the sleeper.
  value_.store(value, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) != 0) WakeAll();
}

bool SharedCounter::SpinUntilReached(uint32_t target) const {
  for (int i = 0; i < kSpins; ++i) {
    if (HasReached(target)) return true;
    Pause();
  }
  return false;
}

void SharedCounter::SleepUntilReached(uint32_t target, absl::Duration timeout) {
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  const uint32_t value = value_.load(std::memory_order_seq_cst);
  if (static_cast<int32_t>(value - target) < 0) {
    const timespec relative = absl::ToTimespec(timeout);
    syscall(SYS_futex, &value_, FUTEX_WAIT, value, &relative, nullptr, 0);
  }
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
}

void SharedCounter::WakeAll() {
  syscall(SYS_futex, &value_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace tricorn::comm
