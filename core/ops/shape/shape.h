#pragma once

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Ops that move elements without computing. In the functions axes may be negative.

namespace tricorn::ops {

// The elements in row-major order under another shape.
struct ReshapeAttrs {
  Shape shape = {};
  FIELDS(shape)
};
extern const OpDef kReshape;
Value Reshape(Value x, Shape shape);     // one length may be -1
Value ExpandDims(Value x, Axes axes);    // axes of the result
Value Squeeze(Value x, Axes axes = {});  // all of length 1 when empty

// y[..., i_axes[0], ..., i_axes[1], ...] = x[i_axes[0], i_axes[1], ...]: axis k of x becomes axis
// axes[k] of y; where x has length 1 its element is repeated. `axes` increase.
struct BroadcastAttrs {
  Shape shape = {};
  Axes axes = {};
  FIELDS(shape, axes)
};
extern const OpDef kBroadcast;
Value Broadcast(Value x, Shape shape, Axes axes);
Value BroadcastTo(Value x, Shape shape);  // as NumPy: axes align at the end

// Axis k of y is axis perm[k] of x.
struct TransposeAttrs {
  Axes perm = {};
  FIELDS(perm)
};
extern const OpDef kTranspose;
Value Transpose(Value x, Axes perm = {});  // reversed axes when empty
Value SwapAxes(Value x, int64_t a, int64_t b);
Value MoveAxis(Value x, int64_t from, int64_t to);

// Per axis, the elements start, start + stride, ... below limit. Strides are positive.
struct SliceAttrs {
  Axes start = {};
  Axes limit = {};
  Axes stride = {};
  FIELDS(start, limit, stride)
};
extern const OpDef kSlice;
Value Slice(Value x, Axes start, Axes limit, Axes stride = {});
Value SliceAxis(Value x, int64_t axis, int64_t start, int64_t limit, int64_t stride = 1);
Values Split(Value x, int64_t sections, int64_t axis);       // equal parts
Values SplitAt(Value x, const Axes& indices, int64_t axis);  // cut before each index

// Operands: x, value (scalar of x's dtype). Per axis, `low` values before, `high` after and
// `interior` between neighbours.
struct PadAttrs {
  Axes low = {};
  Axes high = {};
  Axes interior = {};
  FIELDS(low, high, interior)
};
extern const OpDef kPad;
Value Pad(Value x, Axes low, Axes high, Axes interior = {}, double value = 0);

struct ConcatenateAttrs {
  int64_t axis = 0;
  FIELDS(axis)
};
extern const OpDef kConcatenate;
Value Concatenate(Operands x, int64_t axis);  // dtypes promoted
Value Stack(Operands x, int64_t axis);
Value Repeat(Value x, int64_t repeats, int64_t axis);  // each element `repeats` times
Value Tile(Value x, Axes repeats);

struct ReverseAttrs {
  Axes axes = {};
  FIELDS(axes)
};
extern const OpDef kReverse;
Value Reverse(Value x, Axes axes);

// y[..., i, ...] = i along `axis`.
struct IotaAttrs {
  DType dtype = DType::kI32;
  Shape shape = {};
  int64_t axis = 0;
  FIELDS(dtype, shape, axis)
};
extern const OpDef kIota;
Value Iota(Builder& builder, Type type, int64_t axis);

}  // namespace tricorn::ops
