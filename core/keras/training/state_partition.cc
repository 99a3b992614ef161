#include "core/keras/training/state_partition.h"

#include <algorithm>
#include <numeric>

#include "core/keras/optimizers/part_exchange.h"

namespace tricorn::keras {
namespace {

// What is handed out at once: a unit of a weight, or all of it.
int64_t PortionsOf(const PartedWeight& weight) {
  return weight.can_be_cut ? NumUnits(weight.entries) : 1;
}

int64_t PortionNbytes(const PartedWeight& weight) {
  const int64_t all = weight.entries * weight.entry_nbytes;
  return PortionsOf(weight) == 1 ? all : kUnit * weight.entry_nbytes;
}

}  // namespace

std::vector<Piece> PartitionWeights(std::span<const PartedWeight> weights, int ranks) {
  const auto size = static_cast<size_t>(ranks);
  std::vector<size_t> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return PortionNbytes(weights[a]) > PortionNbytes(weights[b]);
  });
  std::vector<int64_t> load(size);  // bytes beyond the even shares, by rank
  std::vector<std::vector<int64_t>> portions(weights.size());  // by weight and rank
  for (const size_t w : order) {
    portions[w].assign(size, PortionsOf(weights[w]) / ranks);
    for (int64_t left = PortionsOf(weights[w]) % ranks; left > 0; --left) {
      const auto least =
          static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
      load[least] += PortionNbytes(weights[w]);
      ++portions[w][least];
    }
  }
  std::vector<Piece> pieces;
  for (size_t w = 0; w < weights.size(); ++w) {
    int64_t first = 0;
    for (size_t rank = 0; rank < size; ++rank) {
      if (portions[w][rank] == 0) continue;
      const int64_t whole = PortionsOf(weights[w]) == 1 ? weights[w].entries : kUnit;
      const int64_t last = std::min(weights[w].entries, first + portions[w][rank] * whole);
      pieces.push_back({w, first, last - first, static_cast<int>(rank)});
      first = last;
    }
  }
  return pieces;
}

}  // namespace tricorn::keras
