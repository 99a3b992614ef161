#pragma once

#include <vector>

#include "absl/status/status.h"
#include "core/comm/communicator.h"

namespace tricorn::comm {

// The arrays of one shard, the same on every rank that asks; sums of them depend on the order.
std::vector<std::byte> ShardArray(int shard, int64_t count, DType dtype);

// The sum over shards 0..total-1, computed by following the definition of the tree.
std::vector<std::byte> SerialTreeSum(int total, int64_t count, DType dtype);

// All-reduces of every dtype and many counts, also in place, mixed with broadcasts and barriers;
// of slices of sums, and of all slices again.
// Internal, saying which, unless each gives exactly the bits of SerialTreeSum.
absl::Status CheckCollectives(Communicator& communicator);

}  // namespace tricorn::comm
