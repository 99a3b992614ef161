#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tricorn::keras {

// A weight whose optimizer state is shared out.
struct PartedWeight {
  int64_t entries = 0;
  int64_t entry_nbytes = 0;
  bool can_be_cut = false;  // between units (optimizers/part_exchange.h)
};

// Entries [first, first + count) of a weight, which one rank updates.
struct Piece {
  size_t weight = 0;
  int64_t first = 0;
  int64_t count = 0;
  int owner = 0;
  bool operator==(const Piece&) const = default;
};

// Shares weights out: every rank gets as many units of each that can be cut, and what is left,
// whole weights and units, goes, largest first, to who has least. So no rank has more than its even
// share, counted in whole units, and the largest of what was not cut. Pieces by weight, then first
// entry; those of one weight have different owners, in rank order.
std::vector<Piece> PartitionWeights(std::span<const PartedWeight> weights, int ranks);

}  // namespace tricorn::keras
