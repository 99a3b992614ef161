#pragma once

#include <pthread.h>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace tricorn {

// A mutex that both clang's thread-safety analysis and ThreadSanitizer understand. (absl::Mutex of
// the distribution is built without the latter's annotations, so every use looks like a race; and
// std::mutex is not initialised at run time, so one that stands where another was looks destroyed.)
class ABSL_LOCKABLE Mutex {
 public:
  Mutex() { pthread_mutex_init(&mu_, nullptr); }
  ~Mutex() { pthread_mutex_destroy(&mu_); }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { pthread_mutex_lock(&mu_); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { pthread_mutex_unlock(&mu_); }

 private:
  friend class CondVar;
  pthread_mutex_t mu_;
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
