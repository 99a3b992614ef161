#pragma once

#include <cstdint>
#include <vector>

#include "core/base/fields.h"

namespace tricorn {

// [begin, end): rows of a dataset, or positions in the order of an epoch.
struct RowRange {
  int64_t begin = 0;
  int64_t end = 0;
  FIELDS(begin, end)

  int64_t size() const { return end - begin; }
};

// The order in which an epoch visits `rows` of a dataset: as they are, or a permutation that
// depends on nothing but `rows`, `seed` and `epoch`, so that every worker has the same without
// asking. Takes 4 bytes a row when shuffled (8 beyond 2^32 rows).
class EpochOrder {
 public:
  static EpochOrder Sequential(RowRange rows);
  // Source: Fisher and Yates, with numbers from Philox.
  static EpochOrder Shuffled(RowRange rows, uint64_t seed, int64_t epoch);

  int64_t num_rows() const { return rows_.size(); }
  // The dataset's row at `position`, in [0, num_rows).
  int64_t operator[](int64_t position) const {
    const auto at = static_cast<size_t>(position);
    return rows_.begin + (!narrow_.empty() ? narrow_[at] : !wide_.empty() ? wide_[at] : position);
  }

 private:
  explicit EpochOrder(RowRange rows) : rows_(rows) {}

  RowRange rows_;
  std::vector<uint32_t> narrow_;  // empty both when sequential
  std::vector<int64_t> wide_;
};

// Of an epoch, the last one being counted however short it is. Any sizes, the batch's above 0.
int64_t NumBatches(int64_t num_rows, int64_t batch_size);

// Positions of the global batch that begins at `cursor` samples into an epoch of `num_rows`; the
// last one may be shorter, and is empty at the end.
RowRange GlobalBatch(int64_t num_rows, int64_t batch_size, int64_t cursor);

// Positions of one of `num_shards` virtual shards of a global batch. Sizes differ by at most one,
// the first ones being larger; consecutive shards are adjacent; shards of a short batch may be
// empty.
RowRange VirtualShard(RowRange batch, int num_shards, int shard);

}  // namespace tricorn
