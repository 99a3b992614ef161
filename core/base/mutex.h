#pragma once

#include <pthread.h>

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace tricorn {

// A mutex that both clang's thread-safety analysis and ThreadSanitizer understand. (absl::Mutex of
// the distribution is built without the latter's annotations, so every use looks like a race; and
// std::mutex is not initialised at run time, so one that stands where another was looks destroyed.)
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() {
    pthread_mutex_init(&mu_, nullptr);
    pthread_cond_init(&unlocked_, nullptr);
  }
  ~Mutex() {
    pthread_cond_destroy(&unlocked_);
    pthread_mutex_destroy(&mu_);
  }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { pthread_mutex_lock(&mu_); }
  void Unlock() ABSL_UNLOCK_FUNCTION() {
    WakeWaiters();
    pthread_mutex_unlock(&mu_);
  }
  // For the analysis of a condition, which runs with the lock held.
  void AssertHeld() const ABSL_ASSERT_EXCLUSIVE_LOCK() {}

  // Waits, without the lock, until `condition` holds. It is asked with the lock held, each time
  // that another holder has let go.
  template <typename Condition>
  void Await(Condition condition) ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    WakeWaiters();
    ++num_waiters_;
    while (!condition()) pthread_cond_wait(&unlocked_, &mu_);
    --num_waiters_;
  }
  // Whether `condition` holds, at the deadline at the latest.
  template <typename Condition>
  bool AwaitWithDeadline(Condition condition, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    const timespec until = absl::ToTimespec(deadline);
    WakeWaiters();
    ++num_waiters_;
    bool in_time = true;
    bool holds = condition();
    while (!holds && in_time) {
      in_time = deadline == absl::InfiniteFuture()
                    ? pthread_cond_wait(&unlocked_, &mu_) == 0
                    : pthread_cond_timedwait(&unlocked_, &mu_, &until) == 0;
      holds = condition();
    }
    --num_waiters_;
    return holds;
  }
  template <typename Condition>
  bool AwaitWithTimeout(Condition condition, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    return AwaitWithDeadline(std::move(condition), absl::Now() + timeout);
  }

 private:
  friend class CondVar;
  void WakeWaiters() {
    if (num_waiters_ > 0) pthread_cond_broadcast(&unlocked_);
  }

  pthread_mutex_t mu_;
  pthread_cond_t unlocked_;
  int num_waiters_ = 0;  // in Await
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) { mu_->Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mu_;
};

// Waits release the mutex while they sleep and may end without cause: call them in a loop.
class CondVar {
 public:
  CondVar() { pthread_cond_init(&condition_, nullptr); }
  ~CondVar() { pthread_cond_destroy(&condition_); }
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void Wait(Mutex* mu) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    pthread_cond_wait(&condition_, &mu->mu_);
  }

  // True if the deadline has passed.
  bool WaitWithDeadline(Mutex* mu, absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    const timespec until = absl::ToTimespec(deadline);
    return pthread_cond_timedwait(&condition_, &mu->mu_, &until) != 0;
  }

  void Signal() { pthread_cond_signal(&condition_); }
  void SignalAll() { pthread_cond_broadcast(&condition_); }

 private:
  pthread_cond_t condition_;
};

}  // namespace tricorn
