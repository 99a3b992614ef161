#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const ConcatenateAttrs& a) {
  if (x.empty()) return InvalidArgument("expected at least 1 operand, received 0");
  RETURN_IF_ERROR(ExpectAxis(x[0], a.axis));
  const int axis = static_cast<int>(a.axis);
  Type result = x[0];
  for (const Type& type : x.subspan(1)) {
    Type like = type;
    if (like.rank() == result.rank()) like.shape[axis] = x[0].shape[axis];
    if (!(like == x[0])) {
      return InvalidArgument("expected {} but for axis {}, received {}", x[0].ToString(), a.axis,
                             type.ToString());
    }
    result.shape[axis] += type.shape[axis];
  }
  return result;
}

Grads Gradient(Operands x, Value, Value dy, const ConcatenateAttrs& a) {
  Grads grads;
  int64_t start = 0;
  for (const Value& part : x) {
    const int64_t limit = start + part.dim(static_cast<int>(a.axis));
    grads.push_back(SliceAxis(dy, a.axis, start, limit));
    start = limit;
  }
  return grads;
}

}  // namespace

const OpDef kConcatenate = Op<ConcatenateAttrs>{
    .name = "concatenate",
    .doc = "the operands one after the other along `axis`",
    .infer = Infer,
    .gradient = Gradient,
};

Value Concatenate(Operands x, int64_t axis) {
  CHECK(!x.empty());
  axis = NormalizeAxis(x[0], axis);
  if (axis < 0) return Error(x[0]);
  if (x.size() == 1) return x[0];
  DType dtype = x[0].dtype();
  for (const Value& part : x) dtype = Promote(dtype, part.dtype());
  Values parts;
  for (const Value& part : x) parts.push_back(Cast(part, dtype));
  return x[0].builder().Add(kConcatenate, parts, ConcatenateAttrs{axis});
}

Value Stack(Operands x, int64_t axis) {
  Values parts;
  for (const Value& part : x) parts.push_back(ExpandDims(part, {axis}));
  return Concatenate(parts, axis);
}

Value Repeat(Value x, int64_t repeats, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  if (repeats < 0) {
    return Error(x, InvalidArgument("repeat: expected repeats >= 0, received {}", repeats));
  }
  Shape repeated = x.shape();
  std::vector<int64_t> dims = x.shape().dims();
  dims.insert(dims.begin() + axis + 1, repeats);
  repeated[static_cast<int>(axis)] *= repeats;
  return Reshape(BroadcastTo(ExpandDims(x, {axis + 1}), Shape(std::move(dims))), repeated);
}

Value Tile(Value x, Axes repeats) {
  const size_t rank = std::max(repeats.size(), static_cast<size_t>(x.rank()));
  repeats.insert(repeats.begin(), rank - repeats.size(), 1);
  std::vector<int64_t> dims = x.shape().dims();
  dims.insert(dims.begin(), rank - dims.size(), 1);
  std::vector<int64_t> from, wide, result;
  for (size_t i = 0; i < rank; ++i) {
    if (repeats[i] < 0) {
      return Error(x, InvalidArgument("tile: expected repeats >= 0, received {}", repeats[i]));
    }
    from.insert(from.end(), {1, dims[i]});
    wide.insert(wide.end(), {repeats[i], dims[i]});
    result.push_back(repeats[i] * dims[i]);
  }
  const Value repeated = BroadcastTo(Reshape(x, Shape(std::move(from))), Shape(std::move(wide)));
  return Reshape(repeated, Shape(std::move(result)));
}

}  // namespace tricorn::ops
