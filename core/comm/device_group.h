#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/comm/shard_reducer.h"

namespace tricorn::comm {

// How sums over shards are added up.
enum class Determinism {
  kExact,  // along the shard tree: the same bits on any number of ranks
  kFast,   // as the transport likes best
};

// The ranks of a job that compute on GPUs, as one of them: makes the reducers of its steps. One
// step runs at a time.
//
// A lost rank ends the group on all others, within 2 s where its process or host is seen to go;
// what the device computed meanwhile is worthless, so ask status() after reading from it.
class DeviceGroup {
 public:
  // Waits for the other ranks to destroy theirs, unless there was an error. Graphs that were
  // captured with a reducer's collectives are destroyed before.
  virtual ~DeviceGroup() = default;

  // `buckets` have sums on the device.
  virtual absl::StatusOr<std::unique_ptr<ShardReducer>> MakeReducer(
      std::vector<Bucket> buckets) = 0;

  // The error that ended the group, if any.
  virtual absl::Status status() const = 0;

  // Callable from any thread: ends the group with `error`, here and on the other ranks.
  virtual void Abort(const absl::Status& error) = 0;
};

}  // namespace tricorn::comm
