#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "core/backend/collectives.h"
#include "core/comm/slice.h"
#include "core/tensor/dtype.h"

namespace tricorn::comm {

// An array that all shards contribute to, and where its sum goes.
struct Bucket {
  DType dtype;
  int64_t count;
  std::byte* sum;  // `count` elements; may be exactly one of the contributions
  // By rank: the part of the sum that the rank wants, disjoint; what the rest of `sum` becomes is
  // left open. Empty: every rank wants all of it.
  std::vector<Slice> slices = {};
};

// Sums buckets over all shards of a job where the shards are computed: in host memory
// (bucket_reducer.h) or on a GPU (device_group.h). Buckets are exchanged in the order in which the
// reducer was given them, the same on every rank, so list them in the order in which they are
// ready.
//
//   reducer.BeginStep();
//   reducer.Contribute(bucket, shard, data);   // each bucket, each owned shard, once
//   reducer.Wait(bucket);                      // any number of times
class ShardReducer {
 public:
  virtual ~ShardReducer() = default;

  // The error that ended the reducer, if there was one.
  virtual absl::Status BeginStep() = 0;

  // `shard` is one of the job's, owned by this rank. `data` stays as it is until Wait(bucket). On a
  // GPU it is the same address in every step, and shards come in order. After an error nothing
  // happens.
  virtual void Contribute(int bucket, int shard, const std::byte* data) = 0;

  // Contribute as graphs call it: for the run that computes `shard`. The same object in every step.
  virtual backend::Collectives& CollectivesOf(int shard) = 0;

  // Waits until the bucket's sum of this step is in its place, or, on a GPU, is going to be before
  // what the device is given next. The error that ended the reducer, if any.
  virtual absl::Status Wait(int bucket) = 0;

  // Copies slices[r] of every rank r's `data`, where the sums are, to all ranks, between the last
  // Wait of a step and the next step; on a GPU, before what the device is given next. `data` is
  // aligned, and `slices`, one for each rank, start at multiples of kSliceAlign.
  virtual absl::Status Gather(std::byte* data, std::span<const Slice> slices, DType dtype) = 0;

  // Ends every wait with `error`, here and on the other ranks: for one that cannot contribute.
  virtual void Abort(const absl::Status& error) = 0;
};

}  // namespace tricorn::comm
