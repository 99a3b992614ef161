#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace tricorn::comm {

// The elements [first, first + count) of an array that one member reduces for all.
struct Slice {
  int64_t first;
  int64_t count;
  bool operator==(const Slice&) const = default;
};

// Slice `index` of `count` elements in `size` slices; they start at multiples of 16 elements, so
// that no two members write to one cache line.
inline constexpr int64_t kSliceAlign = 16;
inline Slice SliceOf(int64_t count, int index, int size) {
  const int64_t blocks = (count + kSliceAlign - 1) / kSliceAlign;
  const int64_t first = std::min(count, blocks * index / size * kSliceAlign);
  const int64_t last = std::min(count, blocks * (index + 1) / size * kSliceAlign);
  return {first, last - first};
}

// Elements [first, first + window) of a slice, as far as it goes.
inline Slice WindowOf(const Slice& slice, int64_t first, int64_t window) {
  const int64_t skipped = std::min(first, slice.count);
  return {slice.first + skipped, std::min(window, slice.count - skipped)};
}

inline int64_t LongestOf(std::span<const Slice> slices) {
  int64_t longest = 0;
  for (const Slice& slice : slices) longest = std::max(longest, slice.count);
  return longest;
}

}  // namespace tricorn::comm
