#include "core/base/thread_pool.h"

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace tricorn {

ThreadPool::ThreadPool(int num_threads) {
  CHECK(num_threads >= 1);
  for (int i = 1; i < num_threads; ++i) threads_.emplace_back([this] { Work(); });
}

ThreadPool::~ThreadPool() {
  {
    const MutexLock lock(&mu_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::ForEach(int count, const std::function<void(int)>& f) {
  if (threads_.empty() || count <= 1) {
    for (int i = 0; i < count; ++i) f(i);
    return;
  }
  const MutexLock lock(&mu_);
  function_ = &f;
  next_ = finished_ = 0;
  count_ = count;
  while (TakeOne()) {
  }
  mu_.Await([this] {
    mu_.AssertHeld();
    return finished_ == count_;
  });
  count_ = next_ = finished_ = 0;
}

void ThreadPool::Work() {
  const MutexLock lock(&mu_);
  while (true) {
    mu_.Await([this] {
      mu_.AssertHeld();
      return stopping_ || next_ < count_;
    });
    if (stopping_) return;
    TakeOne();
  }
}

// Runs one call without the lock, if one is left.
bool ThreadPool::TakeOne() {
  if (next_ >= count_) return false;
  const int i = next_++;
  const std::function<void(int)>& function = *function_;
  mu_.Unlock();
  function(i);
  mu_.Lock();
  ++finished_;
  return true;
}

}  // namespace tricorn
