#pragma once

#include "core/ops/op.h"

// Gradient exchange. A bucket is a run of gradients that are summed over all shards together. In a
// world of one (no backend::Collectives) the sum is the addend.

namespace tricorn::ops {

struct BucketAttrs {
  int32_t bucket = 0;
  FIELDS(bucket)
};
// Lays the operands, of one floating dtype, end to end and hands them over; the flat result is in
// flight: only all_reduce_done may read it.
extern const OpDef kAllReduceStart;
// Waits for the sum over all shards. Operand: what all_reduce_start gave.
extern const OpDef kAllReduceDone;

// A view: elements [offset, offset + size of shape) of a flat operand.
struct BucketSliceAttrs {
  int64_t offset = 0;
  Shape shape = {};
  FIELDS(offset, shape)
};
extern const OpDef kBucketSlice;

}  // namespace tricorn::ops
