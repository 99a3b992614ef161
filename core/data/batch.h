#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/fields.h"
#include "core/base/thread_pool.h"
#include "core/data/dataset.h"
#include "core/data/shard.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// How global batches are cut, and which consecutive virtual shards of each one worker owns.
struct BatchOptions {
  int64_t batch_size = 32;  // samples of a global batch
  int virtual_shards = 1;
  int first_shard = 0;
  int num_shards = 1;
  FIELDS(batch_size, virtual_shards, first_shard, num_shards)
};

// Errors: InvalidArgument for sizes below 1 and shards outside [0, virtual_shards).
absl::Status CheckBatchOptions(const BatchOptions& options);

// One worker's part of a global batch.
struct Batch {
  RowRange positions;            // of the whole global batch in its epoch; `end` is the next cursor
  std::vector<Tensor> columns;   // as Dataset::columns(), with the rows of all owned shards
  std::vector<RowRange> shards;  // of each owned shard, in rows of `columns`

  // The columns of the i-th owned shard, sharing the bytes.
  std::vector<Tensor> Shard(int i) const;
};

// Makes the tensors that batches are gathered into, their contents unset; null: ordinary ones.
using TensorAllocator = std::function<absl::StatusOr<Tensor>(DType dtype, Shape shape)>;

// What a batch is gathered with.
struct GatherOptions {
  TensorAllocator allocate = nullptr;
  ThreadPool* threads = nullptr;  // to share large columns; null: the caller alone
};

// Gathers the part that `options` (checked) give of the global batch at `cursor` into one
// contiguous tensor a column.
absl::StatusOr<Batch> AssembleBatch(const Dataset& dataset, const EpochOrder& order,
                                    const BatchOptions& options, int64_t cursor,
                                    const GatherOptions& gather = {});

}  // namespace tricorn
