#pragma once

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"

namespace tricorn::comm {

// Where the threads of a group meet: between Enter and Leave all of them may look at each other's
// memory. For `size` threads, each of which alternates Enter and Leave.
class Meeting {
 public:
  explicit Meeting(int size) : size_(size) {}

  // Waits until all have entered. After Break: its error, and the thread is outside.
  absl::Status Enter();

  // Waits until all have left. Break does not interrupt it: the others are sure to come, and until
  // then they may be using this thread's memory.
  void Leave();

  // From any thread; the first error stays.
  void Break(const absl::Status& error);

 private:
  const int size_;
  Mutex mu_;
  CondVar changed_;
  int inside_ ABSL_GUARDED_BY(mu_) = 0;   // threads in Enter, before all have come
  int leaving_ ABSL_GUARDED_BY(mu_) = 0;  // threads in Leave, before all have come
  int phase_ ABSL_GUARDED_BY(mu_) = 0;    // counts completed Enters and Leaves
  absl::Status error_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::comm
