#pragma once

#include <cuda_runtime_api.h>

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/backend/cuda/codegen/source_module.h"
#include "core/comm/nccl/device_tree_sum.h"
#include "core/comm/nccl/nccl_group.h"
#include "core/comm/shard_reducer.h"
#include "core/comm/slice.h"

namespace tricorn::comm {

// Sums buckets in a GPU's memory, on the group's stream: each from the moment on at which the last
// owned shard's part is computed, while the kernels of backward go on. The last bucket joins the
// streams, so a captured step holds its collectives.
class NcclReducer final : public ShardReducer {
 public:
  static absl::StatusOr<std::unique_ptr<NcclReducer>> Create(NcclGroup& group,
                                                             std::vector<Bucket> buckets);
  ~NcclReducer() override;
  NcclReducer(const NcclReducer&) = delete;
  NcclReducer& operator=(const NcclReducer&) = delete;

  absl::Status BeginStep() override;
  void Contribute(int bucket, int shard, const std::byte* data) override;
  backend::Collectives& CollectivesOf(int shard) override;
  absl::Status Wait(int bucket) override;
  absl::Status Gather(std::byte* data, std::span<const Slice> slices, DType dtype) override;
  void Abort(const absl::Status& error) override { group_.Abort(error); }

 private:
  class ShardCollectives;
  // The sums that buckets of one dtype need.
  struct Sums {
    std::optional<DeviceTreeSum>
        fold;  // own shards to what others need of them; absent: as they are
    std::optional<DeviceTreeSum> total;
  };

  NcclReducer(NcclGroup& group, std::vector<Bucket> buckets);
  absl::Status Prepare();
  Sums MakeSums(DType dtype);
  absl::Status AllocateRows();

  // With the context's stream mutex held.
  absl::Status Hand(int bucket, int shard, const std::byte* data);
  absl::Status EnqueueSum(int bucket);
  absl::Status SumExactly(int bucket);
  absl::Status SumFast(int bucket);
  // All-to-all: partial sums to the ranks that own their slices.
  absl::Status Scatter(const Bucket& bucket, const std::vector<const std::byte*>& partials);
  // Of a bucket with slices of its own: the sum of each to its rank.
  absl::Status ReduceFast(const Bucket& bucket, const std::byte* own);
  // All-gather of every rank's slice, in place.
  absl::Status EnqueueGather(std::byte* data, std::span<const Slice> slices, DType dtype);
  absl::Status Wait(int bucket, void* sum);
  // What the rank sums for all, or for itself.
  Slice SliceOfRank(const Bucket& bucket, int rank) const {
    return bucket.slices.empty() ? SliceOf(bucket.count, rank, group_.plan().size())
                                 : bucket.slices[static_cast<size_t>(rank)];
  }
  std::vector<Slice> SlicesOf(const Bucket& bucket) const;

  NcclGroup& group_;
  const std::vector<Bucket> buckets_;
  const std::vector<GroupPlan::Operand> operands_;
  std::vector<std::unique_ptr<ShardCollectives>> collectives_;  // by owned shard
  std::vector<std::vector<const std::byte*>> parts_;            // by bucket and owned shard
  std::vector<cudaEvent_t> ready_;                              // by bucket
  std::vector<cudaEvent_t> summed_;
  cudaEvent_t updated_ = nullptr;  // what Gather sends is there
  cudaEvent_t gathered_ = nullptr;
  backend::cuda::SourceModule module_;
  std::map<DType, Sums> sums_;
  backend::Buffer memory_;                         // of the rows
  std::vector<std::byte*> folded_;                 // rows of a whole bucket, by own partial sum
  std::vector<std::vector<std::byte*>> incoming_;  // rows of a slice, by rank and its partial sum
};

}  // namespace tricorn::comm
