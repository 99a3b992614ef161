#include "core/comm/factory/hierarchical_group.h"

#include <algorithm>
#include <utility>

#include "core/base/status.h"
#include "core/comm/failure.h"

namespace tricorn::comm {
namespace {

constexpr int64_t kWindowBytes = 1 << 20;
constexpr int kLeader = 0;

class HierarchicalGroup final : public Group {
 public:
  HierarchicalGroup(GroupPlan plan, int rank, HostLayout layout,
                    std::unique_ptr<ComposableGroup> host, std::unique_ptr<ComposableGroup> leaders)
      : plan_(std::move(plan)),
        rank_(rank),
        layout_(std::move(layout)),
        host_index_(layout_.HostOf(rank)),
        host_(std::move(host)),
        leaders_(std::move(leaders)),
        brings_(plan_.brings[rank].size()),
        roots_(plan_.roots.size()),
        host_sums_(host_->plan().roots.size(), std::vector<std::byte>(kWindowBytes)) {
    for (std::vector<std::byte>& sum : host_sums_) {
      host_roots_.push_back(sum.data());
      leader_brings_.push_back(sum.data());
    }
    if (leaders_ == nullptr) return;
    host_->SetWatch([this] { return leaders_->Check(); });
    leaders_->SetWatch([this] { return host_->Check(); });
  }

  const GroupPlan& plan() const override { return plan_; }
  int member() const override { return rank_; }

  absl::Status Sum(std::span<const std::byte* const> brings, std::span<std::byte* const> roots,
                   int64_t count, DType dtype) override {
    CHECK(brings.size() == brings_.size() && roots.size() == roots_.size());
    const int64_t window = kWindowBytes / SizeOf(dtype);
    for (int64_t first = 0; first < count; first += window) {
      const int64_t offset = first * SizeOf(dtype);
      for (size_t i = 0; i < brings.size(); ++i) brings_[i] = brings[i] + offset;
      for (size_t r = 0; r < roots.size(); ++r) roots_[r] = roots[r] + offset;
      RETURN_IF_ERROR(End(SumWindow(std::min(window, count - first), dtype)));
    }
    return failure_.status();
  }

  absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) override {
    return End(BroadcastByHost(data, nbytes, root));
  }

  absl::Status Barrier() override {
    RETURN_IF_ERROR(End(host_->Barrier()));
    if (leaders_ != nullptr) RETURN_IF_ERROR(End(leaders_->Barrier()));
    return End(host_->Barrier());
  }

  void Abort(const absl::Status& error) override {
    failure_.Set(error);
    host_->Abort(error);
    if (leaders_ != nullptr) leaders_->Abort(error);
  }

 private:
  absl::Status SumWindow(int64_t count, DType dtype) {
    RETURN_IF_ERROR(host_->Sum(brings_, host_roots_, count, dtype));
    if (leaders_ != nullptr) {
      RETURN_IF_ERROR(leaders_->Sum(leader_brings_, roots_, count, dtype));
    }
    for (std::byte* root : roots_) {
      RETURN_IF_ERROR(host_->Broadcast(root, count * SizeOf(dtype), kLeader));
    }
    return absl::OkStatus();
  }

  absl::Status BroadcastByHost(std::byte* data, int64_t nbytes, int root) {
    const int root_host = layout_.HostOf(root);
    if (host_index_ == root_host) {
      RETURN_IF_ERROR(host_->Broadcast(data, nbytes, layout_.MemberOf(root)));
    }
    if (leaders_ != nullptr) RETURN_IF_ERROR(leaders_->Broadcast(data, nbytes, root_host));
    if (host_index_ == root_host) return absl::OkStatus();
    return host_->Broadcast(data, nbytes, kLeader);
  }

  // An error of one of the two groups ends both.
  absl::Status End(const absl::Status& status) {
    if (!status.ok()) Abort(status);
    return failure_.status();
  }

  const GroupPlan plan_;
  const int rank_;
  const HostLayout layout_;
  const int host_index_;
  const std::unique_ptr<ComposableGroup> host_;
  const std::unique_ptr<ComposableGroup> leaders_;

  Failure failure_;
  std::vector<const std::byte*> brings_;  // the window in the arrays of Sum
  std::vector<std::byte*> roots_;
  std::vector<std::vector<std::byte>> host_sums_;  // a window for each root of the host
  std::vector<std::byte*> host_roots_;             // to host_sums_
  std::vector<const std::byte*> leader_brings_;    // to host_sums_
};

}  // namespace

int HostLayout::HostOf(int rank) const {
  for (size_t host = 0; host < ranks_by_host.size(); ++host) {
    const std::vector<int>& ranks = ranks_by_host[host];
    if (std::find(ranks.begin(), ranks.end(), rank) != ranks.end()) return static_cast<int>(host);
  }
  CHECK(!"the rank is on a host");
  return -1;
}

int HostLayout::MemberOf(int rank) const {
  const std::vector<int>& ranks = ranks_by_host[HostOf(rank)];
  return static_cast<int>(std::find(ranks.begin(), ranks.end(), rank) - ranks.begin());
}

std::unique_ptr<Group> MakeHierarchicalGroup(GroupPlan plan, int rank, HostLayout layout,
                                             std::unique_ptr<ComposableGroup> host,
                                             std::unique_ptr<ComposableGroup> leaders) {
  return std::make_unique<HierarchicalGroup>(std::move(plan), rank, std::move(layout),
                                             std::move(host), std::move(leaders));
}

}  // namespace tricorn::comm
