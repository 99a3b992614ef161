#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/data/batch.h"
#include "core/data/dataset.h"
#include "core/data/shard.h"

namespace tricorn {

// Assembles the batches of one epoch on a thread of its own, at most `depth` ahead of who takes
// them. For one taker.
class Prefetcher {
 public:
  static constexpr int kDefaultDepth = 4;

  // From `cursor` samples into the epoch on. `dataset` outlives this. `allocate` is called on the
  // thread. `num_threads` gather large batches. CHECK-fails on options that
  // CheckBatchOptions refuses.
  Prefetcher(const Dataset& dataset, EpochOrder order, const BatchOptions& options,
             int64_t cursor = 0, int depth = kDefaultDepth, TensorAllocator allocate = nullptr,
             int num_threads = 1);
  // Drops what was not taken; waits for the batch in hand.
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // The next batch in order; none when the epoch is over. After an error, the error again.
  absl::StatusOr<std::optional<Batch>> Next();

 private:
  void Run(int64_t cursor);
  const Dataset& dataset_;
  const EpochOrder order_;
  const BatchOptions options_;
  const TensorAllocator allocate_;
  ThreadPool gatherers_;
  const size_t depth_;

  Mutex mu_;
  CondVar changed_;
  std::deque<Batch> batches_ ABSL_GUARDED_BY(mu_);
  absl::Status status_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;    // by the thread: no batch will be added
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;  // by the destructor
  std::thread thread_;
};

}  // namespace tricorn
