#include "core/comm/shm/shm_group.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/status.h"
#include "core/comm/shm/peers.h"
#include "core/comm/slice.h"
#include "core/comm/tree_sum.h"

namespace tricorn::comm {
namespace {

// Up to here every member sums the whole window; above, a slice for all, which costs a second
// meeting and saves memory traffic.
constexpr int64_t kOneStepBytes = 16 << 10;

// Arrays longer than a segment's buffers go through window by window. A step is one window. Why no
// buffer is overwritten while somebody reads it: a member writes input(step) after all have entered
// step - 1, hence have done with step - 2, whose buffer it is; and output() after all have entered
// this step, hence have done with the step before.
class ShmGroup final : public ComposableGroup {
 public:
  ShmGroup(const ShmOptions& options, std::unique_ptr<Peers> peers)
      : plan_(options.plan),
        member_(options.member),
        operands_(plan_.OperandsSeenBy(member_)),
        row_bytes_(RowBytes(plan_)),
        peers_(std::move(peers)),
        fold_(plan_.brings[member_], plan_.total_shards),
        sum_(GroupPlan::NodesOf(operands_), plan_.total_shards),
        brings_(plan_.brings[member_].size()),
        partials_(plan_.partials[member_].size()),
        sources_(operands_.size()),
        roots_(plan_.roots.size()) {}

  const GroupPlan& plan() const override { return plan_; }
  int member() const override { return member_; }

  absl::Status Sum(std::span<const std::byte* const> brings, std::span<std::byte* const> roots,
                   int64_t count, DType dtype) override {
    CHECK(brings.size() == brings_.size() && roots.size() == roots_.size());
    RETURN_IF_ERROR(peers_->status());
    if (plan_.size() == 1) {
      sum_.Evaluate(brings, roots, count, dtype);
      return absl::OkStatus();
    }
    const int64_t window = row_bytes_ / SizeOf(dtype);
    for (int64_t first = 0; first < count; first += window) {
      RETURN_IF_ERROR(SumWindow(brings, roots, first, std::min(window, count - first), dtype));
    }
    return absl::OkStatus();
  }

  absl::Status SumSlices(std::span<const std::byte* const> brings,
                         std::span<std::byte* const> roots, int64_t count,
                         std::span<const Slice> slices, DType dtype) override {
    CHECK(brings.size() == brings_.size() && roots.size() == roots_.size());
    if (plan_.size() == 1) return Sum(brings, roots, count, dtype);
    RETURN_IF_ERROR(peers_->status());
    const int64_t window = row_bytes_ / SizeOf(dtype) / plan_.size() / kSliceAlign * kSliceAlign;
    CHECK(window > 0);
    for (int64_t first = 0; first < LongestOf(slices); first += window) {
      RETURN_IF_ERROR(SumSliceWindows(brings, roots, slices, first, window, dtype));
    }
    return absl::OkStatus();
  }

  absl::Status Gather(std::byte* data, std::span<const Slice> slices,
                      int64_t element_nbytes) override {
    RETURN_IF_ERROR(peers_->status());
    if (plan_.size() == 1) return absl::OkStatus();
    const int64_t window = Segment::kInputBytes / element_nbytes;
    for (int64_t first = 0; first < LongestOf(slices); first += window) {
      ++step_;
      const Slice mine = WindowOf(slices[member_], first, window);
      std::memcpy(peers_->own().input(step_), data + mine.first * element_nbytes,
                  mine.count * element_nbytes);
      RETURN_IF_ERROR(EnterStep(TotalOf(slices, first, window) * element_nbytes));
      for (int m = 0; m < plan_.size(); ++m) {
        if (m == member_) continue;
        const Slice theirs = WindowOf(slices[m], first, window);
        std::memcpy(data + theirs.first * element_nbytes, peers_->segment(m).input(step_),
                    theirs.count * element_nbytes);
      }
    }
    return absl::OkStatus();
  }

  absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) override {
    RETURN_IF_ERROR(peers_->status());
    for (int64_t first = 0; first < nbytes; first += Segment::kInputBytes) {
      const int64_t n = std::min(Segment::kInputBytes, nbytes - first);
      ++step_;
      if (member_ == root) std::memcpy(peers_->own().input(step_), data + first, n);
      RETURN_IF_ERROR(EnterStep(n));
      if (member_ != root) std::memcpy(data + first, peers_->segment(root).input(step_), n);
    }
    return absl::OkStatus();
  }

  absl::Status Barrier() override {
    RETURN_IF_ERROR(peers_->status());
    ++step_;
    return EnterStep(0);
  }

  void Abort(const absl::Status& error) override { peers_->Abort(error); }
  absl::Status Check() override { return peers_->Check(); }
  void SetWatch(std::function<absl::Status()> watch) override {
    peers_->SetWatch(std::move(watch));
  }

 private:
  static int64_t RowBytes(const GroupPlan& plan) {
    const size_t rows = std::max({plan.MaxPartials(), plan.roots.size(), size_t{1}});
    const int64_t bytes = Segment::kInputBytes / static_cast<int64_t>(rows) / 64 * 64;
    CHECK(bytes > 0);
    return bytes;
  }

  // Elements in the windows of all slices.
  static int64_t TotalOf(std::span<const Slice> slices, int64_t first, int64_t window) {
    int64_t total = 0;
    for (const Slice& slice : slices) total += WindowOf(slice, first, window).count;
    return total;
  }

  // Meets the others in a step about `nbytes`.
  absl::Status EnterStep(int64_t nbytes) {
    peers_->own().header().nbytes[step_ % 2] = nbytes;
    peers_->own().header().entered.Set(step_);
    RETURN_IF_ERROR(peers_->WaitForAll(&SegmentHeader::entered, step_));
    return peers_->ExpectAll(step_, nbytes);
  }

  absl::Status SumWindow(std::span<const std::byte* const> brings,
                         std::span<std::byte* const> roots, int64_t first, int64_t count,
                         DType dtype) {
    ++step_;
    const int64_t size = SizeOf(dtype);
    const int64_t base = first * size;
    if (count * size <= kOneStepBytes) {
      Publish(brings, base, 0, count, dtype);
      RETURN_IF_ERROR(EnterStep(count * size));
      Reduce(brings, roots, base, 0, count, dtype);
      return absl::OkStatus();
    }
    const Slice mine = SliceOf(count, member_, plan_.size());
    const int64_t end = mine.first + mine.count;
    Publish(brings, base, 0, mine.first, dtype);
    Publish(brings, base + end * size, end * size, count - end, dtype);
    RETURN_IF_ERROR(EnterStep(count * size));
    Reduce(brings, roots, base + mine.first * size, mine.first * size, mine.count, dtype);
    for (size_t r = 0; r < roots.size(); ++r) {
      std::memcpy(peers_->own().output() + r * row_bytes_ + mine.first * size,
                  roots[r] + base + mine.first * size, mine.count * size);
    }
    peers_->own().header().folded.Set(step_);
    RETURN_IF_ERROR(peers_->WaitForAll(&SegmentHeader::folded, step_));
    for (int m = 0; m < plan_.size(); ++m) {
      if (m == member_) continue;
      const Slice theirs = SliceOf(count, m, plan_.size());
      for (size_t r = 0; r < roots.size(); ++r) {
        std::memcpy(roots[r] + base + theirs.first * size,
                    peers_->segment(m).output() + r * row_bytes_ + theirs.first * size,
                    theirs.count * size);
      }
    }
    return absl::OkStatus();
  }

  // A window of every member's slice, each in a part of the segments of its own.
  absl::Status SumSliceWindows(std::span<const std::byte* const> brings,
                               std::span<std::byte* const> roots, std::span<const Slice> slices,
                               int64_t first, int64_t window, DType dtype) {
    ++step_;
    const int64_t size = SizeOf(dtype);
    for (int m = 0; m < plan_.size(); ++m) {
      if (m == member_) continue;
      const Slice theirs = WindowOf(slices[m], first, window);
      Publish(brings, theirs.first * size, m * window * size, theirs.count, dtype);
    }
    RETURN_IF_ERROR(EnterStep(TotalOf(slices, first, window) * size));
    const Slice mine = WindowOf(slices[member_], first, window);
    Reduce(brings, roots, mine.first * size, member_ * window * size, mine.count, dtype);
    return absl::OkStatus();
  }

  // Puts this member's partial sums, over `count` elements from byte `from` of the arrays, into its
  // segment, from byte `to` of each row.
  void Publish(std::span<const std::byte* const> brings, int64_t from, int64_t to, int64_t count,
               DType dtype) {
    for (size_t i = 0; i < brings_.size(); ++i) brings_[i] = brings[i] + from;
    for (size_t i = 0; i < partials_.size(); ++i) {
      partials_[i] = peers_->own().input(step_) + i * row_bytes_ + to;
    }
    fold_.Evaluate(brings_, partials_, count, dtype);
  }

  // Sums `count` elements of all members into `roots`: from byte `to` of the arrays, from byte
  // `from` of the rows in the others' segments.
  void Reduce(std::span<const std::byte* const> brings, std::span<std::byte* const> roots,
              int64_t to, int64_t from, int64_t count, DType dtype) {
    for (size_t i = 0; i < operands_.size(); ++i) {
      const auto& [node, m, index] = operands_[i];
      sources_[i] = m == member_ ? brings[index] + to
                                 : peers_->segment(m).input(step_) + index * row_bytes_ + from;
    }
    for (size_t r = 0; r < roots.size(); ++r) roots_[r] = roots[r] + to;
    sum_.Evaluate(sources_, roots_, count, dtype);
  }

  const GroupPlan plan_;
  const int member_;
  const std::vector<GroupPlan::Operand> operands_;
  const int64_t row_bytes_;  // of one partial sum or root in a segment

  const std::unique_ptr<Peers> peers_;
  uint32_t step_ = 0;
  TreeSum fold_;                          // brings to partials
  TreeSum sum_;                           // operands to roots
  std::vector<const std::byte*> brings_;  // the four arrays of pointers that a step needs
  std::vector<std::byte*> partials_;
  std::vector<const std::byte*> sources_;
  std::vector<std::byte*> roots_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ComposableGroup>> ConnectShmGroup(const ShmOptions& options) {
  CHECK(options.store != nullptr);
  CHECK(static_cast<int>(options.ranks.size()) == options.plan.size());
  ASSIGN_OR_RETURN(std::unique_ptr<Peers> peers, Peers::Connect(options));
  return std::make_unique<ShmGroup>(options, std::move(peers));
}

}  // namespace tricorn::comm
