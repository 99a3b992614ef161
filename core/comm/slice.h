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
inline Slice SliceOf(int64_t count, int index, int size) {
  constexpr int64_t kAlign = 16;
  const int64_t blocks = (count + kAlign - 1) / kAlign;
  const int64_t first = std::min(count, blocks * index / size * kAlign);
  const int64_t last = std::min(count, blocks * (index + 1) / size * kAlign);
  return {first, last - first};
}

}  // namespace tricorn::comm
