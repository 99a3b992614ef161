#pragma once

#include <algorithm>
#include <cstdint>

namespace tricorn::comm {

// The elements [first, first + count) of an array that one member reduces for all.
struct Slice {
  int64_t first;
  int64_t count;
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

}  // namespace tricorn::comm
