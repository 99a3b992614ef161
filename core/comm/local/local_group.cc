#include "core/comm/local/local_group.h"

#include <cstring>
#include <utility>

#include "core/base/status.h"
#include "core/comm/failure.h"
#include "core/comm/local/meeting.h"
#include "core/comm/slice.h"
#include "core/comm/tree_sum.h"

namespace tricorn::comm {
namespace {

// What a member shows to the others from one Enter to the next Leave.
struct Arrays {
  std::span<const std::byte* const> brings;
  std::span<std::byte* const> roots;
};

struct Shared {
  explicit Shared(const GroupPlan& the_plan)
      : plan(the_plan), meeting(the_plan.size()), arrays(the_plan.size()) {}

  const GroupPlan plan;
  Meeting meeting;
  std::vector<Arrays> arrays;  // entry m belongs to member m outside the meeting
};

// Every node that any member brings: nothing is folded before the exchange.
std::vector<GroupPlan::Operand> AllOperands(const GroupPlan& plan) {
  GroupPlan unfolded = plan;
  unfolded.partials = plan.brings;
  return unfolded.OperandsSeenBy(0);
}

class LocalGroup final : public Group {
 public:
  LocalGroup(std::shared_ptr<Shared> shared, int member)
      : shared_(std::move(shared)),
        member_(member),
        operands_(AllOperands(shared_->plan)),
        sum_(GroupPlan::NodesOf(operands_), shared_->plan.total_shards),
        operand_slices_(operands_.size()),
        root_slices_(shared_->plan.roots.size()) {}

  ~LocalGroup() override { shared_->meeting.Break(Unavailable("rank {} left the group", member_)); }

  const GroupPlan& plan() const override { return shared_->plan; }
  int member() const override { return member_; }

  absl::Status Sum(std::span<const std::byte* const> brings, std::span<std::byte* const> roots,
                   int64_t count, DType dtype) override {
    CHECK(brings.size() == plan().brings[member_].size() && roots.size() == plan().roots.size());
    shared_->arrays[member_] = {brings, roots};
    RETURN_IF_ERROR(shared_->meeting.Enter());
    SumSlice(SliceOf(count, member_, plan().size()), dtype);
    Share(SliceOf(count, member_, plan().size()), dtype);
    shared_->meeting.Leave();
    return absl::OkStatus();
  }

  absl::Status SumSlices(std::span<const std::byte* const> brings,
                         std::span<std::byte* const> roots, int64_t, std::span<const Slice> slices,
                         DType dtype) override {
    CHECK(brings.size() == plan().brings[member_].size() && roots.size() == plan().roots.size());
    shared_->arrays[member_] = {brings, roots};
    RETURN_IF_ERROR(shared_->meeting.Enter());
    SumSlice(slices[member_], dtype);
    shared_->meeting.Leave();
    return absl::OkStatus();
  }

  absl::Status Gather(std::byte* data, std::span<const Slice> slices,
                      int64_t element_nbytes) override {
    shared_->arrays[member_].roots = {&data, 1};
    RETURN_IF_ERROR(shared_->meeting.Enter());
    for (int m = 0; m < plan().size(); ++m) {
      const int64_t offset = slices[m].first * element_nbytes;
      if (m == member_ || slices[m].count == 0) continue;
      std::memcpy(data + offset, shared_->arrays[m].roots[0] + offset,
                  slices[m].count * element_nbytes);
    }
    shared_->meeting.Leave();
    return absl::OkStatus();
  }

  absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) override {
    shared_->arrays[member_].roots = {&data, 1};
    RETURN_IF_ERROR(shared_->meeting.Enter());
    const std::byte* source = shared_->arrays[root].roots[0];
    if (source != data && nbytes > 0) std::memcpy(data, source, nbytes);
    shared_->meeting.Leave();
    return absl::OkStatus();
  }

  absl::Status Barrier() override {
    RETURN_IF_ERROR(shared_->meeting.Enter());
    shared_->meeting.Leave();
    return absl::OkStatus();
  }

  void Abort(const absl::Status& error) override { shared_->meeting.Break(error); }

 private:
  // Nobody else touches this member's slice, in any array, until all have left the meeting.
  void SumSlice(const Slice& slice, DType dtype) {
    const int64_t offset = slice.first * SizeOf(dtype);
    for (size_t i = 0; i < operands_.size(); ++i) {
      operand_slices_[i] = shared_->arrays[operands_[i].member].brings[operands_[i].index] + offset;
    }
    for (size_t r = 0; r < root_slices_.size(); ++r) {
      root_slices_[r] = shared_->arrays[member_].roots[r] + offset;
    }
    sum_.Evaluate(operand_slices_, root_slices_, slice.count, dtype);
  }

  // Copies what SumSlice summed to all members.
  void Share(const Slice& slice, DType dtype) {
    const int64_t offset = slice.first * SizeOf(dtype);
    for (int m = 0; m < plan().size(); ++m) {
      for (size_t r = 0; m != member_ && r < root_slices_.size() && slice.count > 0; ++r) {
        std::memcpy(shared_->arrays[m].roots[r] + offset, root_slices_[r],
                    slice.count * SizeOf(dtype));
      }
    }
  }

  const std::shared_ptr<Shared> shared_;
  const int member_;
  const std::vector<GroupPlan::Operand> operands_;
  TreeSum sum_;
  std::vector<const std::byte*> operand_slices_;
  std::vector<std::byte*> root_slices_;
};

}  // namespace

std::vector<std::unique_ptr<Group>> MakeLocalGroups(const GroupPlan& plan) {
  auto shared = std::make_shared<Shared>(plan);
  std::vector<std::unique_ptr<Group>> groups;
  for (int member = 0; member < plan.size(); ++member) {
    groups.push_back(std::make_unique<LocalGroup>(shared, member));
  }
  return groups;
}

std::vector<std::unique_ptr<Communicator>> MakeLocalCommunicators(int size, int total_shards) {
  const auto plan = GroupPlan::OfRanks(total_shards, EvenRanges(total_shards, size));
  CHECK(plan.ok());
  std::vector<std::unique_ptr<Communicator>> communicators;
  for (std::unique_ptr<Group>& group : MakeLocalGroups(*plan)) {
    communicators.push_back(MakeCommunicator(std::move(group)));
  }
  return communicators;
}

}  // namespace tricorn::comm
