#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/comm/shard_reducer.h"

namespace tricorn::bench {

using MakeReducer = std::function<absl::StatusOr<std::unique_ptr<comm::ShardReducer>>(
    std::vector<comm::Bucket> buckets)>;

// Sums of float32 arrays over all shards, of which this rank owns one, and nothing beside them.
class GradientBuckets {
 public:
  // Arrays of `counts` elements.
  static absl::StatusOr<std::unique_ptr<GradientBuckets>> Make(backend::Device& device,
                                                               const std::vector<int64_t>& counts,
                                                               const MakeReducer& make_reducer,
                                                               int shard);
  // Of all of them; enqueued, on a GPU.
  absl::Status Sum();
  int64_t nbytes() const { return nbytes_; }

 private:
  explicit GradientBuckets(int shard) : shard_(shard) {}

  const int shard_;
  int64_t nbytes_ = 0;
  std::vector<backend::Buffer> addends_;
  std::vector<backend::Buffer> sums_;
  std::unique_ptr<comm::ShardReducer> reducer_;
};

// A step's gradients about as ShardStep cuts them: from the last weight to the first, in buckets of
// so many bytes or more.
std::vector<int64_t> BucketCounts(const std::vector<int64_t>& weight_counts, int64_t bucket_nbytes);

}  // namespace tricorn::bench
