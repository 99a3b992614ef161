#include "core/data/shard.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "core/base/random.h"
#include "core/base/status.h"

namespace tricorn {
namespace {

// Keeps these numbers apart from those that layers draw from the same seed.
constexpr uint64_t kShuffleStream = uint64_t{0x5348} << 48;

template <typename T>
std::vector<T> Permutation(int64_t size, PhiloxStream random) {
  std::vector<T> order(static_cast<size_t>(size));
  std::iota(order.begin(), order.end(), T{0});
  for (size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random.Below(left)]);
  }
  return order;
}

}  // namespace

EpochOrder EpochOrder::Sequential(RowRange rows) { return EpochOrder(rows); }

EpochOrder EpochOrder::Shuffled(RowRange rows, uint64_t seed, int64_t epoch) {
  EpochOrder order(rows);
  const PhiloxStream random(seed, kShuffleStream + static_cast<uint64_t>(epoch));
  if (rows.size() <= std::numeric_limits<uint32_t>::max()) {
    order.narrow_ = Permutation<uint32_t>(rows.size(), random);
  } else {
    order.wide_ = Permutation<int64_t>(rows.size(), random);
  }
  return order;
}

int64_t NumBatches(int64_t num_rows, int64_t batch_size) {
  CHECK(batch_size > 0);
  return num_rows / batch_size + (num_rows % batch_size == 0 ? 0 : 1);
}

RowRange GlobalBatch(int64_t num_rows, int64_t batch_size, int64_t cursor) {
  CHECK(batch_size > 0 && cursor >= 0);
  const int64_t begin = std::min(cursor, num_rows);
  return {begin, begin + std::min(batch_size, num_rows - begin)};
}

RowRange VirtualShard(RowRange batch, int num_shards, int shard) {
  CHECK(0 <= shard && shard < num_shards);
  const int64_t size = batch.size() / num_shards;
  const int64_t larger = batch.size() % num_shards;
  const int64_t begin = batch.begin + shard * size + std::min<int64_t>(shard, larger);
  return {begin, begin + size + (shard < larger ? 1 : 0)};
}

}  // namespace tricorn
