#include "core/comm/mesh_group.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/status.h"
#include "core/comm/slice.h"
#include "core/comm/tree_sum.h"

namespace tricorn::comm {
namespace {

// Up to here everybody sends everything to everybody, one way; above, a slice to the member that
// sums it, and the sum back to all: fewer bytes, two ways.
constexpr int64_t kOneWayBytes = 16 << 10;
// Longer arrays go through window by window.
constexpr int64_t kWindowBytes = 4 << 20;

// Received partial sums (or own folded ones), one row for each.
class Rows {
 public:
  void Resize(size_t rows, int64_t row_bytes) {
    row_bytes_ = row_bytes;
    bytes_.resize(rows * row_bytes);
  }
  std::byte* row(size_t i) { return bytes_.data() + i * row_bytes_; }

 private:
  int64_t row_bytes_ = 0;
  std::vector<std::byte> bytes_;
};

class MeshGroup final : public ComposableGroup {
 public:
  MeshGroup(GroupPlan plan, int member, std::unique_ptr<Mesh> mesh)
      : plan_(std::move(plan)),
        member_(member),
        operands_(plan_.OperandsSeenBy(member_)),
        folds_(plan_.brings[member_] != plan_.partials[member_]),
        mesh_(std::move(mesh)),
        fold_(plan_.brings[member_], plan_.total_shards),
        sum_(GroupPlan::NodesOf(operands_), plan_.total_shards),
        incoming_(plan_.size()),
        brings_(plan_.brings[member_].size()),
        partials_(plan_.partials[member_].size()),
        folded_rows_(partials_.size()),
        sources_(operands_.size()),
        roots_(plan_.roots.size()) {
    if (folds_) folded_.Resize(partials_.size(), kWindowBytes);
    // Slices differ by one block of SliceOf at most; rows start at whole cache lines.
    const int64_t slice_bytes = (kWindowBytes / plan_.size() + 1024) / 64 * 64;
    for (int m = 0; m < plan_.size(); ++m) {
      if (m != member_) {
        incoming_[m].Resize(plan_.partials[m].size(), std::max(slice_bytes, kOneWayBytes));
      }
    }
  }

  const GroupPlan& plan() const override { return plan_; }
  int member() const override { return member_; }

  absl::Status Sum(std::span<const std::byte* const> brings, std::span<std::byte* const> roots,
                   int64_t count, DType dtype) override {
    CHECK(brings.size() == brings_.size() && roots.size() == roots_.size());
    RETURN_IF_ERROR(mesh_->status());
    const int64_t window = kWindowBytes / SizeOf(dtype);
    for (int64_t first = 0; first < count; first += window) {
      RETURN_IF_ERROR(SumWindow(brings, roots, first, std::min(window, count - first), dtype));
    }
    return absl::OkStatus();
  }

  absl::Status SumSlices(std::span<const std::byte* const> brings,
                         std::span<std::byte* const> roots, int64_t, std::span<const Slice> slices,
                         DType dtype) override {
    CHECK(brings.size() == brings_.size() && roots.size() == roots_.size());
    RETURN_IF_ERROR(mesh_->status());
    const int64_t window = kWindowBytes / plan_.size() / SizeOf(dtype);
    for (int64_t first = 0; first < LongestOf(slices); first += window) {
      RETURN_IF_ERROR(SumSliceWindows(brings, roots, slices, first, window, dtype));
    }
    return absl::OkStatus();
  }

  absl::Status Gather(std::byte* data, std::span<const Slice> slices,
                      int64_t element_nbytes) override {
    RETURN_IF_ERROR(mesh_->status());
    const Slice mine = slices[member_];
    ForEachPeer([&](int peer) {
      mesh_->Send(peer, data + mine.first * element_nbytes, mine.count * element_nbytes);
      mesh_->Receive(peer, data + slices[peer].first * element_nbytes,
                     slices[peer].count * element_nbytes);
    });
    return mesh_->Exchange();
  }

  absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) override {
    RETURN_IF_ERROR(mesh_->status());
    if (member_ == root) {
      ForEachPeer([&](int peer) { mesh_->Send(peer, data, nbytes); });
    } else {
      mesh_->Receive(root, data, nbytes);
    }
    return mesh_->Exchange();
  }

  absl::Status Barrier() override {
    RETURN_IF_ERROR(mesh_->status());
    ForEachPeer([&](int peer) {
      mesh_->Send(peer, nullptr, 0);
      mesh_->Receive(peer, nullptr, 0);
    });
    return mesh_->Exchange();
  }

  void Abort(const absl::Status& error) override { mesh_->Abort(error); }
  absl::Status Check() override { return mesh_->Check(); }
  void SetWatch(std::function<absl::Status()> watch) override { mesh_->SetWatch(std::move(watch)); }

 private:
  template <typename F>
  void ForEachPeer(F f) {
    for (int m = 0; m < plan_.size(); ++m) {
      if (m != member_) f(m);
    }
  }

  absl::Status SumWindow(std::span<const std::byte* const> brings,
                         std::span<std::byte* const> roots, int64_t first, int64_t count,
                         DType dtype) {
    const int64_t size = SizeOf(dtype);
    const bool one_way = count * size <= kOneWayBytes;
    const auto slice_of = [&](int m) {
      return one_way ? Slice{0, count} : SliceOf(count, m, plan_.size());
    };
    const Slice mine = slice_of(member_);
    Fold(brings, first * size, count, dtype);
    ForEachPeer([&](int peer) {
      const Slice theirs = slice_of(peer);
      mesh_->Send(peer, nullptr, 0);
      for (const std::byte* partial : partials_) {
        mesh_->Send(peer, partial + theirs.first * size, theirs.count * size);
      }
      mesh_->Receive(peer, nullptr, 0);
      for (size_t i = 0; i < plan_.partials[peer].size(); ++i) {
        mesh_->Receive(peer, incoming_[peer].row(i), mine.count * size);
      }
    });
    RETURN_IF_ERROR(mesh_->Exchange());
    Reduce(brings, roots, (first + mine.first) * size, mine.count, dtype);
    if (one_way) return absl::OkStatus();
    ForEachPeer([&](int peer) {
      const Slice theirs = slice_of(peer);
      for (std::byte* root : roots) {
        mesh_->Send(peer, root + (first + mine.first) * size, mine.count * size);
        mesh_->Receive(peer, root + (first + theirs.first) * size, theirs.count * size);
      }
    });
    return mesh_->Exchange();
  }

  // A window of every member's slice.
  absl::Status SumSliceWindows(std::span<const std::byte* const> brings,
                               std::span<std::byte* const> roots, std::span<const Slice> slices,
                               int64_t first, int64_t window, DType dtype) {
    const int64_t size = SizeOf(dtype);
    const Slice mine = WindowOf(slices[member_], first, window);
    ForEachPeer([&](int peer) {
      const Slice theirs = WindowOf(slices[peer], first, window);
      Fold(brings, theirs.first * size, theirs.count, dtype, peer * window * size);
      mesh_->Send(peer, nullptr, 0);
      for (const std::byte* partial : partials_) mesh_->Send(peer, partial, theirs.count * size);
      mesh_->Receive(peer, nullptr, 0);
      for (size_t i = 0; i < plan_.partials[peer].size(); ++i) {
        mesh_->Receive(peer, incoming_[peer].row(i), mine.count * size);
      }
    });
    RETURN_IF_ERROR(mesh_->Exchange());
    Reduce(brings, roots, mine.first * size, mine.count, dtype);
    return absl::OkStatus();
  }

  // Points partials_ to this member's partial sums over the window; folded, they begin at byte `to`
  // of their rows.
  void Fold(std::span<const std::byte* const> brings, int64_t offset, int64_t count, DType dtype,
            int64_t to = 0) {
    for (size_t i = 0; i < brings_.size(); ++i) brings_[i] = brings[i] + offset;
    if (!folds_) {
      partials_ = brings_;
      return;
    }
    for (size_t i = 0; i < partials_.size(); ++i) {
      partials_[i] = folded_rows_[i] = folded_.row(i) + to;
    }
    fold_.Evaluate(brings_, folded_rows_, count, dtype);
  }

  // Sums this member's slice, which starts `offset` bytes into the arrays, of all members.
  void Reduce(std::span<const std::byte* const> brings, std::span<std::byte* const> roots,
              int64_t offset, int64_t count, DType dtype) {
    for (size_t i = 0; i < operands_.size(); ++i) {
      const auto& [node, m, index] = operands_[i];
      sources_[i] = m == member_ ? brings[index] + offset : incoming_[m].row(index);
    }
    for (size_t r = 0; r < roots.size(); ++r) roots_[r] = roots[r] + offset;
    sum_.Evaluate(sources_, roots_, count, dtype);
  }

  const GroupPlan plan_;
  const int member_;
  const std::vector<GroupPlan::Operand> operands_;
  const bool folds_;  // else the partial sums are what this member brings

  const std::unique_ptr<Mesh> mesh_;
  TreeSum fold_;  // brings to partials
  TreeSum sum_;   // operands to roots
  Rows folded_;
  std::vector<Rows> incoming_;            // by member
  std::vector<const std::byte*> brings_;  // arrays of pointers that a window needs
  std::vector<const std::byte*> partials_;
  std::vector<std::byte*> folded_rows_;
  std::vector<const std::byte*> sources_;
  std::vector<std::byte*> roots_;
};

}  // namespace

std::unique_ptr<ComposableGroup> MakeMeshGroup(GroupPlan plan, int member,
                                               std::unique_ptr<Mesh> mesh) {
  return std::make_unique<MeshGroup>(std::move(plan), member, std::move(mesh));
}

}  // namespace tricorn::comm
