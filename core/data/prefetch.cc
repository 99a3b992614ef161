#include "core/data/prefetch.h"

#include <utility>

#include "core/base/status.h"

namespace tricorn {

Prefetcher::Prefetcher(const Dataset& dataset, EpochOrder order, const BatchOptions& options,
                       int64_t cursor, int depth)
    : dataset_(dataset),
      order_(std::move(order)),
      options_(options),
      depth_(static_cast<size_t>(depth)) {
  CHECK(CheckBatchOptions(options).ok() && depth > 0 && cursor >= 0);
  thread_ = std::thread([this, cursor] { Run(cursor); });
}

Prefetcher::~Prefetcher() {
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  thread_.join();
}

absl::StatusOr<std::optional<Batch>> Prefetcher::Next() {
  absl::MutexLock lock(&mu_);
  mu_.Await(absl::Condition(this, &Prefetcher::CanTake));
  if (!batches_.empty()) {
    std::optional<Batch> batch = std::move(batches_.front());
    batches_.pop_front();
    return batch;
  }
  RETURN_IF_ERROR(status_);
  return std::nullopt;
}

void Prefetcher::Run(int64_t cursor) {
  while (cursor < order_.num_rows()) {
    {
      absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &Prefetcher::CanAdd));
      if (stopped_) return;
    }
    absl::StatusOr<Batch> batch = AssembleBatch(dataset_, order_, options_, cursor);
    absl::MutexLock lock(&mu_);
    if (!batch.ok()) {
      status_ = batch.status();
      ended_ = true;
      return;
    }
    cursor = batch->positions.end;
    batches_.push_back(*std::move(batch));
  }
  absl::MutexLock lock(&mu_);
  ended_ = true;
}

}  // namespace tricorn
