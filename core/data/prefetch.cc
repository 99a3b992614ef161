#include "core/data/prefetch.h"

#include <utility>

#include "core/base/status.h"
#include "core/base/within_memory.h"

namespace tricorn {

Prefetcher::Prefetcher(const Dataset& dataset, EpochOrder order, const BatchOptions& options,
                       int64_t cursor, int depth, TensorAllocator allocate, int num_threads)
    : dataset_(dataset),
      order_(std::move(order)),
      options_(options),
      allocate_(std::move(allocate)),
      gatherers_(num_threads),
      depth_(static_cast<size_t>(depth)) {
  CHECK(CheckBatchOptions(options).ok() && depth > 0 && cursor >= 0);
  thread_ = std::thread([this, cursor] { Run(cursor); });
}

Prefetcher::~Prefetcher() {
  {
    MutexLock lock(&mu_);
    stopped_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

absl::StatusOr<std::optional<Batch>> Prefetcher::Next() {
  MutexLock lock(&mu_);
  while (!ended_ && batches_.empty()) changed_.Wait(&mu_);
  if (!batches_.empty()) {
    std::optional<Batch> batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.SignalAll();
    return batch;
  }
  RETURN_IF_ERROR(status_);
  return std::nullopt;
}

void Prefetcher::Run(int64_t cursor) {
  while (cursor < order_.num_rows()) {
    {
      MutexLock lock(&mu_);
      while (!stopped_ && batches_.size() >= depth_) changed_.Wait(&mu_);
      if (stopped_) return;
    }
    absl::StatusOr<Batch> batch = WithinMemory("batch", [&] {
      return AssembleBatch(dataset_, order_, options_, cursor,
                           {.allocate = allocate_, .threads = &gatherers_});
    });
    MutexLock lock(&mu_);
    if (!batch.ok()) {
      status_ = batch.status();
      break;
    }
    cursor = batch->positions.end;
    batches_.push_back(*std::move(batch));
    changed_.SignalAll();
  }
  MutexLock lock(&mu_);
  ended_ = true;
  changed_.SignalAll();
}

}  // namespace tricorn
