#include "core/plan/blocks.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <vector>

namespace tricorn::plan {
namespace {

bool Overlap(const Block& a, const Block& b) { return a.first <= b.last && b.first <= a.last; }

int64_t PlaceBySize(std::span<Block* const> blocks) {
  int64_t nbytes = 0;
  std::vector<const Block*> overlapping;
  for (size_t k = 0; k < blocks.size(); ++k) {
    Block& block = *blocks[k];
    overlapping.clear();
    for (const Block* other : blocks.first(k)) {
      if (Overlap(*other, block)) overlapping.push_back(other);
    }
    std::sort(overlapping.begin(), overlapping.end(),
              [](const Block* a, const Block* b) { return a->offset < b->offset; });
    block.offset = 0;
    for (const Block* other : overlapping) {
      if (other->offset >= block.offset + block.nbytes) break;
      block.offset = std::max(block.offset, other->offset + other->nbytes);
    }
    nbytes = std::max(nbytes, block.offset + block.nbytes);
  }
  return nbytes;
}

// Unused bytes between others, by place and by size.
class Gaps {
 public:
  // The offset of `nbytes` taken out of the smallest gap that holds them, or of new bytes at the
  // end.
  int64_t Take(int64_t nbytes) {
    const auto found = by_size_.lower_bound({nbytes, 0});
    if (found == by_size_.end()) {
      end_ += nbytes;
      return end_ - nbytes;
    }
    const auto [size, offset] = *found;
    Remove(offset, size);
    if (size > nbytes) Add(offset + nbytes, size - nbytes);
    return offset;
  }

  void Return(int64_t offset, int64_t nbytes) {
    const auto after = by_offset_.find(offset + nbytes);
    if (after != by_offset_.end()) {
      nbytes += after->second;
      Remove(after->first, after->second);
    }
    const auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.begin()) {
      const auto [before, size] = *std::prev(next);
      if (before + size == offset) {
        Remove(before, size);
        offset = before;
        nbytes += size;
      }
    }
    Add(offset, nbytes);
  }

  int64_t end() const { return end_; }

 private:
  void Add(int64_t offset, int64_t nbytes) {
    by_offset_[offset] = nbytes;
    by_size_.emplace(nbytes, offset);
  }
  void Remove(int64_t offset, int64_t nbytes) {
    by_offset_.erase(offset);
    by_size_.erase({nbytes, offset});
  }

  std::map<int64_t, int64_t> by_offset_;
  std::set<std::pair<int64_t, int64_t>> by_size_;
  int64_t end_ = 0;
};

int64_t PlaceByTime(std::vector<Block*> blocks) {
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block* a, const Block* b) { return a->first < b->first; });
  const auto ends_later = [](const Block* a, const Block* b) { return a->last > b->last; };
  std::priority_queue<const Block*, std::vector<const Block*>, decltype(ends_later)> alive(
      ends_later);
  Gaps gaps;
  for (Block* block : blocks) {
    for (; !alive.empty() && alive.top()->last < block->first; alive.pop()) {
      gaps.Return(alive.top()->offset, alive.top()->nbytes);
    }
    block->offset = block->nbytes == 0 ? 0 : gaps.Take(block->nbytes);
    if (block->nbytes > 0) alive.push(block);
  }
  return gaps.end();
}

}  // namespace

int64_t PlaceBlocks(std::span<Block> blocks, size_t largest) {
  std::vector<Block*> order;
  for (Block& block : blocks) order.push_back(&block);
  std::stable_sort(order.begin(), order.end(),
                   [](const Block* a, const Block* b) { return a->nbytes > b->nbytes; });
  const size_t num_largest = std::min(largest, order.size());
  const int64_t part = PlaceBySize(std::span(order).first(num_largest));
  std::vector<Block*> rest(order.begin() + static_cast<ptrdiff_t>(num_largest), order.end());
  const int64_t more = PlaceByTime(rest);
  for (Block* block : rest) block->offset += part;
  return part + more;
}

}  // namespace tricorn::plan
