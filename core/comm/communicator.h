#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/status.h"
#include "core/comm/group.h"
#include "core/comm/shard_tree.h"
#include "core/comm/slice.h"
#include "core/tensor/dtype.h"

namespace tricorn::comm {

// The collectives of one rank of a job on host memory.
//
// The `total_shards()` virtual shards of the job are cut into contiguous ranges, one for each rank
// (a range may be empty). A sum over shards follows the tree of shard_tree.h, so its bits depend
// neither on the number of ranks, nor on the rank, nor on the transport.
//
// Every rank calls the same collectives in the same order, from one thread at a time. The first
// error is final; every later call returns it at once:
//   Unavailable      a rank was lost (its process died, its host fell silent) or left; named
//   what Abort said  on every rank, wherever it was called
class Communicator {
 public:
  virtual ~Communicator() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual ShardRange shards() const = 0;  // that this rank owns
  virtual int total_shards() const = 0;

  // out[i] = sum over all shards s of part_s[i], for i < count.
  // `parts`: one array for each owned shard, in shard order; `out` may be exactly one of them.
  // dtype: float32, float64, int32 or int64 (Unimplemented otherwise; the group lives on).
  virtual absl::Status AllReduce(std::span<const std::byte* const> parts, std::byte* out,
                                 int64_t count, DType dtype) = 0;

  // The part slices[rank()] of what AllReduce gives, in the same place and with the same bits; the
  // rest of `out`, of `count` elements too, is left open. `slices`: one for each rank, disjoint.
  virtual absl::Status ReduceScatter(std::span<const std::byte* const> parts, std::byte* out,
                                     int64_t count, std::span<const Slice> slices, DType dtype) = 0;

  // Copies the elements slices[r] of every rank r's `data` to `data` of all ranks.
  virtual absl::Status AllGather(std::byte* data, std::span<const Slice> slices, DType dtype) = 0;

  // Copies `nbytes` at `data` of rank `root` to `data` of every rank.
  virtual absl::Status Broadcast(std::byte* data, int64_t nbytes, int root) = 0;

  // Returns after every rank has called it.
  virtual absl::Status Barrier() = 0;

  // Callable from any thread, at any time before destruction begins: every blocked and later call
  // returns `error` (not OK), here at once and on the other ranks within a bounded time.
  virtual void Abort(const absl::Status& error) = 0;
};

// A communicator over a group whose members are the ranks.
std::unique_ptr<Communicator> MakeCommunicator(std::unique_ptr<Group> group);

// Unimplemented unless communicators sum `dtype`.
absl::Status CheckSummable(DType dtype);

}  // namespace tricorn::comm
