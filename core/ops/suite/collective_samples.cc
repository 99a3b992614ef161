#include "core/ops/collective/collective.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

// Gradients are taken before collectives are put in, so none flows through these.
void AddCollectiveSamples(SampleList& samples) {
  const Tensor flat = Uniform({10}, -1, 1);
  samples.push_back({.name = "all_reduce_start",
                     .op = &kAllReduceStart,
                     .attrs = BucketAttrs{0},
                     .operands = {Uniform({2, 3}, -1, 1), Uniform({4}, -1, 1)},
                     .differentiable = false});
  samples.push_back({.name = "all_reduce_done",
                     .op = &kAllReduceDone,
                     .attrs = BucketAttrs{0},
                     .operands = {flat},
                     .differentiable = false});
  samples.push_back({.name = "bucket_slice",
                     .op = &kBucketSlice,
                     .attrs = BucketSliceAttrs{3, {2, 3}},
                     .operands = {flat},
                     .differentiable = false});
}

}  // namespace tricorn::ops
