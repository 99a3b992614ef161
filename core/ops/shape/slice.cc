#include <algorithm>

#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const SliceAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  const size_t rank = static_cast<size_t>(x[0].rank());
  if (a.start.size() != rank || a.limit.size() != rank || a.stride.size() != rank) {
    return InvalidArgument("expected {} starts, limits and strides, received {}, {} and {}", rank,
                           a.start.size(), a.limit.size(), a.stride.size());
  }
  std::vector<int64_t> dims;
  for (size_t i = 0; i < rank; ++i) {
    if (a.start[i] < 0 || a.limit[i] < a.start[i] || a.limit[i] > x[0].shape.dims()[i] ||
        a.stride[i] < 1) {
      return InvalidArgument("expected a range of axis {} of {}, received {}:{}:{}", i,
                             x[0].ToString(), a.start[i], a.limit[i], a.stride[i]);
    }
    dims.push_back((a.limit[i] - a.start[i] + a.stride[i] - 1) / a.stride[i]);
  }
  return Type{x[0].dtype, Shape(std::move(dims))};
}

Grads Gradient(Operands x, Value, Value dy, const SliceAttrs& a) {
  Axes high, interior;
  for (size_t i = 0; i < a.start.size(); ++i) {
    const int64_t length = dy.shape().dims()[i];
    const int64_t spread = length == 0 ? 0 : (length - 1) * a.stride[i] + 1;
    interior.push_back(a.stride[i] - 1);
    high.push_back(x[0].shape().dims()[i] - a.start[i] - spread);
  }
  return {Pad(dy, a.start, std::move(high), std::move(interior))};
}

}  // namespace

const OpDef kSlice = Op<SliceAttrs>{
    .name = "slice",
    .doc = "per axis, the elements start, start + stride, ... below limit",
    .infer = Infer,
    .gradient = Gradient,
};

Value Slice(Value x, Axes start, Axes limit, Axes stride) {
  if (stride.empty()) stride.assign(start.size(), 1);
  return x.builder().Add(kSlice, {{x}},
                         SliceAttrs{std::move(start), std::move(limit), std::move(stride)});
}

Value SliceAxis(Value x, int64_t axis, int64_t start, int64_t limit, int64_t stride) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const size_t at = static_cast<size_t>(axis);
  Axes starts(static_cast<size_t>(x.rank()), 0), strides(starts.size(), 1);
  Axes limits = x.shape().dims();
  if (start == 0 && limit == limits[at] && stride == 1) return x;
  starts[at] = start;
  limits[at] = limit;
  strides[at] = stride;
  return Slice(x, std::move(starts), std::move(limits), std::move(strides));
}

Values Split(Value x, int64_t sections, int64_t axis) {
  const size_t count = static_cast<size_t>(std::max<int64_t>(sections, 1));
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Errors(x, count);
  const int64_t length = x.dim(static_cast<int>(axis));
  if (sections < 1 || length % sections != 0) {
    Error(x, InvalidArgument("split: expected a divisor of axis {} of {}, received {}", axis,
                             x.type().ToString(), sections));
    return Errors(x, count);
  }
  Axes indices;
  for (int64_t i = 1; i < sections; ++i) indices.push_back(i * (length / sections));
  return SplitAt(x, indices, axis);
}

Values SplitAt(Value x, const Axes& indices, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Errors(x, indices.size() + 1);
  Values parts;
  int64_t start = 0;
  for (const int64_t index : indices) {
    parts.push_back(SliceAxis(x, axis, start, index));
    start = index;
  }
  parts.push_back(SliceAxis(x, axis, start, x.dim(static_cast<int>(axis))));
  return parts;
}

}  // namespace tricorn::ops
