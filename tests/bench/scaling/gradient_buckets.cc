#include "tests/bench/scaling/gradient_buckets.h"

#include <utility>

#include "core/base/status.h"

namespace tricorn::bench {
namespace {

constexpr int64_t kElementNbytes = 4;

}  // namespace

absl::StatusOr<std::unique_ptr<GradientBuckets>> GradientBuckets::Make(
    backend::Device& device, const std::vector<int64_t>& counts, const MakeReducer& make_reducer,
    int shard) {
  std::unique_ptr<GradientBuckets> buckets(new GradientBuckets(shard));
  std::vector<comm::Bucket> list;
  for (const int64_t count : counts) {
    const Tensor ones(DType::kF32, Shape({count}));
    for (std::vector<backend::Buffer>* const arrays : {&buckets->addends_, &buckets->sums_}) {
      ASSIGN_OR_RETURN(arrays->emplace_back(), device.Allocate(ones.nbytes()));
      RETURN_IF_ERROR(device.Upload(ones, arrays->back()));
    }
    list.push_back({DType::kF32, count, buckets->sums_.back().data});
    buckets->nbytes_ += count * kElementNbytes;
  }
  ASSIGN_OR_RETURN(buckets->reducer_, make_reducer(std::move(list)));
  return buckets;
}

absl::Status GradientBuckets::Sum() {
  RETURN_IF_ERROR(reducer_->BeginStep());
  for (size_t i = 0; i < addends_.size(); ++i) {
    reducer_->Contribute(static_cast<int>(i), shard_, addends_[i].data);
  }
  return reducer_->Wait(static_cast<int>(addends_.size()) - 1);
}

std::vector<int64_t> BucketCounts(const std::vector<int64_t>& weight_counts,
                                  int64_t bucket_nbytes) {
  std::vector<int64_t> counts;
  for (auto count = weight_counts.rbegin(); count != weight_counts.rend(); ++count) {
    const bool fits = !counts.empty() && counts.back() * kElementNbytes < bucket_nbytes;
    if (!fits) counts.push_back(0);
    counts.back() += *count;
  }
  return counts;
}

}  // namespace tricorn::bench
