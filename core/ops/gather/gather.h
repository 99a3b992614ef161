#pragma once

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Ops that read or write elements at computed indices (any integer dtype).

namespace tricorn::ops {

struct TakeAttrs {
  int64_t axis = 0;
  FIELDS(axis)
};
// y[a..., i..., b...] = x[a..., indices[i...], b...], a and b the axes before and after `axis`. An
// index outside [0, length) gives NaN (0 in integers). Operands: x, indices.
extern const OpDef kTake;
Value Take(Value x, Value indices, int64_t axis);  // indices in [-length, 0) count from the end

// What take passes back to x, whose axis has `length`: zeros, with each dy[a..., i..., b...] added
// at [a..., indices[i...], b...]. Operands: indices, dy.
struct TakeGradientAttrs {
  int64_t axis = 0;
  int64_t length = 0;
  FIELDS(axis, length)
};
extern const OpDef kTakeGradient;

// x, with each updates[a..., i..., b...] added at [a..., indices[i...], b...], in the order of i.
// An index outside [0, length) is left out. Operands: x, indices, updates (as take gives them).
extern const OpDef kScatterAdd;
Value ScatterAdd(Value x, Value indices, Value updates, int64_t axis);

// y[..., i, ...] = x[..., indices[..., i, ...], ...] along `axis`; the other axes broadcast.
extern const OpDef kTakeAlongAxis;
Value TakeAlongAxis(Value x, Value indices, int64_t axis);

// y[..., c, ...] = 1 where indices[...] = c, else 0; the new axis of length `depth` at `axis`.
Value OneHot(Value indices, int64_t depth, int64_t axis = -1, DType dtype = DType::kF32);

// The class of each element of `indices` (batch, ...) marks y (batch, num_classes): 1 where any of
// a row's indices is the class. The new axis at `axis` of one_hot, before the row is reduced.
Value MultiHot(Value indices, int64_t num_classes, int64_t axis = -1, DType dtype = DType::kF32);
// Whether predictions[..., targets[...]] is among the k greatest of its row.
Value InTopK(Value targets, Value predictions, int64_t k);

struct SegmentAttrs {
  int64_t num_segments = 1;
  FIELDS(num_segments)
};
// y[s, b...] = the maximum (minimum, product) of data[i, b...] over the i with ids[i] = s; for a
// segment without elements the least (greatest) number of the dtype, or 1. Ids outside
// [0, num_segments) are left out; equal extrema share the gradient evenly.
// Operands: data (n, b...), numbers; ids (n,), integers.
extern const OpDef kSegmentMax, kSegmentMin, kSegmentProd;
// The same, and sums, for ids of several axes, the first of data's.
Value SegmentSum(Value data, Value ids, int64_t num_segments);
Value SegmentMax(Value data, Value ids, int64_t num_segments);
Value SegmentMin(Value data, Value ids, int64_t num_segments);
Value SegmentProd(Value data, Value ids, int64_t num_segments);

struct SortAttrs {
  int64_t axis = 0;
  bool descending = false;
  FIELDS(axis, descending)
};
// The int32 indices that sort x along `axis`, stable. NaN counts as the greatest number.
extern const OpDef kArgsort;
Value Argsort(Value x, int64_t axis, bool descending = false);
extern const OpDef kSort;
Value Sort(Value x, int64_t axis, bool descending = false);

struct TopKAttrs {
  int64_t k = 1;
  FIELDS(k)
};
// The k greatest along the last axis, descending, and their int32 indices; the lower index first
// among equals. Results: values, indices.
extern const OpDef kTopK;
struct TopKResult {
  Value values;
  Value indices;
};
TopKResult TopK(Value x, int64_t k);

}  // namespace tricorn::ops
