#pragma once

#include <cstdint>
#include <span>

namespace tricorn::plan {

// Bytes of the arena in use over the nodes [first, last].
struct Block {
  int32_t first = 0;
  int32_t last = 0;
  int64_t nbytes = 0;
  int64_t offset = -1;  // filled in by PlaceBlocks
};

// Gives each block an offset at which no block of an overlapping lifetime lies; the bytes of arena
// that this takes. The `largest` blocks come first by size, each at the lowest offset free over its
// lifetime, which is quadratic in their number. The others follow by time in a part of the arena
// of their own, each in the smallest gap that holds it, in n log n.
int64_t PlaceBlocks(std::span<Block> blocks, size_t largest = 4096);

}  // namespace tricorn::plan
