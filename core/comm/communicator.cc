#include "core/comm/communicator.h"

#include <string>
#include <utility>

#include "core/base/status.h"
#include "core/comm/elementwise_sum.h"

namespace tricorn::comm {
namespace {

ShardRange RangeOf(const std::vector<ShardRange>& leaves) {
  return leaves.empty() ? ShardRange{} : ShardRange{leaves.front().first, leaves.back().last};
}

class GroupCommunicator final : public Communicator {
 public:
  explicit GroupCommunicator(std::unique_ptr<Group> group)
      : group_(std::move(group)), shards_(RangeOf(group_->plan().brings[group_->member()])) {}

  int rank() const override { return group_->member(); }
  int size() const override { return group_->plan().size(); }
  ShardRange shards() const override { return shards_; }
  int total_shards() const override { return group_->plan().total_shards; }

  absl::Status AllReduce(std::span<const std::byte* const> parts, std::byte* out, int64_t count,
                         DType dtype) override {
    RETURN_IF_ERROR(CheckSummable(dtype));
    return group_->Sum(parts, {&out, 1}, count, dtype);
  }
  absl::Status ReduceScatter(std::span<const std::byte* const> parts, std::byte* out, int64_t count,
                             std::span<const Slice> slices, DType dtype) override {
    RETURN_IF_ERROR(CheckSummable(dtype));
    return group_->SumSlices(parts, {&out, 1}, count, slices, dtype);
  }
  absl::Status AllGather(std::byte* data, std::span<const Slice> slices, DType dtype) override {
    return group_->Gather(data, slices, SizeOf(dtype));
  }
  absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) override {
    return group_->Broadcast(data, nbytes, root);
  }
  absl::Status Barrier() override { return group_->Barrier(); }
  void Abort(const absl::Status& error) override { group_->Abort(error); }

 private:
  const std::unique_ptr<Group> group_;
  const ShardRange shards_;
};

}  // namespace

std::unique_ptr<Communicator> MakeCommunicator(std::unique_ptr<Group> group) {
  CHECK(group->plan().roots.size() == 1);
  return std::make_unique<GroupCommunicator>(std::move(group));
}

absl::Status CheckSummable(DType dtype) {
  if (IsSummable(dtype)) return absl::OkStatus();
  return Unimplemented("all-reduce: expected float32, float64, int32 or int64, received {}",
                       Name(dtype));
}

}  // namespace tricorn::comm
