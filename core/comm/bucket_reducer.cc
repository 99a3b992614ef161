#include "core/comm/bucket_reducer.h"

#include <utility>

#include "core/base/status.h"

namespace tricorn::comm {

class BucketReducer::ShardCollectives final : public backend::Collectives {
 public:
  ShardCollectives(BucketReducer& reducer, int shard) : reducer_(reducer), shard_(shard) {}
  absl::Status Start(int32_t bucket, const void* addends, int64_t, DType) override {
    reducer_.Contribute(bucket, shard_, static_cast<const std::byte*>(addends));
    return absl::OkStatus();
  }
  absl::Status Wait(int32_t bucket, void*) override { return reducer_.Wait(bucket); }

 private:
  BucketReducer& reducer_;
  const int shard_;
};

BucketReducer::BucketReducer(Communicator& communicator, std::vector<Bucket> buckets)
    : communicator_(communicator),
      buckets_(std::move(buckets)),
      owned_(communicator.shards().size()),
      parts_(buckets_.size(), std::vector<const std::byte*>(owned_)),
      missing_(buckets_.size(), 0),
      next_(static_cast<int>(buckets_.size())),
      thread_([this] { Run(); }) {
  for (int i = 0; i < owned_; ++i) {
    collectives_.push_back(
        std::make_unique<ShardCollectives>(*this, communicator_.shards().first + i));
  }
}

BucketReducer::~BucketReducer() {
  bool unfinished = false;
  {
    MutexLock lock(&mu_);
    unfinished = next_ < static_cast<int>(buckets_.size()) && error_.ok();
    stopping_ = true;
    ready_.Signal();
  }
  if (unfinished) {
    communicator_.Abort(absl::CancelledError(
        fmt::format("rank {} gave up in the middle of a step", communicator_.rank())));
  }
  thread_.join();
}

absl::Status BucketReducer::BeginStep() {
  MutexLock lock(&mu_);
  while (next_ < static_cast<int>(buckets_.size()) && error_.ok()) reduced_.Wait(&mu_);
  RETURN_IF_ERROR(error_);
  for (int& missing : missing_) missing = owned_;
  next_ = 0;
  ready_.Signal();  // a rank without shards has nothing to wait for
  return absl::OkStatus();
}

void BucketReducer::Contribute(int bucket, int shard, const std::byte* data) {
  const int index = shard - communicator_.shards().first;
  CHECK(0 <= bucket && bucket < static_cast<int>(buckets_.size()));
  CHECK(0 <= index && index < owned_);
  MutexLock lock(&mu_);
  if (!error_.ok()) return;
  CHECK(missing_[bucket] > 0);
  parts_[bucket][index] = data;
  if (--missing_[bucket] == 0 && bucket == next_) ready_.Signal();
}

backend::Collectives& BucketReducer::CollectivesOf(int shard) {
  const int index = shard - communicator_.shards().first;
  CHECK(0 <= index && index < owned_);
  return *collectives_[index];
}

absl::Status BucketReducer::Wait(int bucket) {
  CHECK(0 <= bucket && bucket < static_cast<int>(buckets_.size()));
  MutexLock lock(&mu_);
  while (next_ <= bucket && error_.ok()) reduced_.Wait(&mu_);
  return next_ > bucket ? absl::OkStatus() : error_;
}

absl::Status BucketReducer::Gather(std::byte* data, std::span<const Slice> slices, DType dtype) {
  if (!buckets_.empty()) RETURN_IF_ERROR(Wait(static_cast<int>(buckets_.size()) - 1));
  return communicator_.AllGather(data, slices, dtype);  // the thread rests until the next step
}

void BucketReducer::Abort(const absl::Status& error) {
  CHECK(!error.ok());
  communicator_.Abort(error);
  MutexLock lock(&mu_);
  if (error_.ok()) error_ = error;
  ready_.Signal();
  reduced_.SignalAll();
}

bool BucketReducer::IsReady() const {
  if (stopping_ || !error_.ok()) return true;
  return next_ < static_cast<int>(buckets_.size()) && missing_[next_] == 0;
}

void BucketReducer::Run() {
  mu_.Lock();
  while (true) {
    while (!IsReady()) ready_.Wait(&mu_);
    if (stopping_ || !error_.ok()) break;
    const Bucket& bucket = buckets_[next_];
    const std::vector<const std::byte*>& parts = parts_[next_];
    mu_.Unlock();
    const absl::Status status =
        bucket.slices.empty()
            ? communicator_.AllReduce(parts, bucket.sum, bucket.count, bucket.dtype)
            : communicator_.ReduceScatter(parts, bucket.sum, bucket.count, bucket.slices,
                                          bucket.dtype);
    mu_.Lock();
    if (status.ok()) {
      ++next_;
    } else if (error_.ok()) {
      error_ = status;
    }
    reduced_.SignalAll();
  }
  mu_.Unlock();
}

}  // namespace tricorn::comm
