#include "core/ops/shape/turning.h"

#include <algorithm>

namespace tricorn::ops {
namespace {

Value RollAxis(Value x, int64_t shift, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const int64_t length = x.dim(static_cast<int>(axis));
  if (length == 0) return x;
  shift = (shift % length + length) % length;
  if (shift == 0) return x;
  return Concatenate(
      {{SliceAxis(x, axis, length - shift, length), SliceAxis(x, axis, 0, length - shift)}}, axis);
}

}  // namespace

Value Roll(Value x, const Axes& shifts, const Axes& axes) {
  if (shifts.empty() || (axes.empty() && shifts.size() != 1) ||
      (axes.size() > 1 && shifts.size() > 1 && axes.size() != shifts.size())) {
    return Error(x,
                 InvalidArgument("roll: expected a shift an axis, received {} shifts and {} axes",
                                 shifts.size(), axes.size()));
  }
  if (axes.empty()) return Reshape(RollAxis(Reshape(x, {-1}), shifts[0], 0), x.shape());
  for (size_t i = 0; i < std::max(shifts.size(), axes.size()); ++i) {
    x = RollAxis(x, shifts[shifts.size() == 1 ? 0 : i], axes[axes.size() == 1 ? 0 : i]);
  }
  return x;
}

Value Rot90(Value x, int64_t k, int64_t from_axis, int64_t to_axis) {
  from_axis = NormalizeAxis(x, from_axis);
  to_axis = NormalizeAxis(x, to_axis);
  if (from_axis < 0 || to_axis < 0) return Error(x);
  if (from_axis == to_axis) {
    return Error(x, InvalidArgument("rot90: expected different axes, received {} twice", to_axis));
  }
  switch ((k % 4 + 4) % 4) {
    case 1:
      return SwapAxes(Reverse(x, {to_axis}), from_axis, to_axis);
    case 2:
      return Reverse(x, {from_axis, to_axis});
    case 3:
      return Reverse(SwapAxes(x, from_axis, to_axis), {to_axis});
    default:
      return x;
  }
}

Value Diagonal(Value x, int64_t offset, int64_t axis1, int64_t axis2) {
  axis1 = NormalizeAxis(x, axis1);
  axis2 = NormalizeAxis(x, axis2);
  if (axis1 < 0 || axis2 < 0) return Error(x);
  if (axis1 == axis2) {
    return Error(x, InvalidArgument("diagonal: expected different axes, received {} twice", axis1));
  }
  Axes perm;
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    if (axis != axis1 && axis != axis2) perm.push_back(axis);
  }
  perm.insert(perm.end(), {axis1, axis2});
  const int64_t rows = x.dim(static_cast<int>(axis1)), columns = x.dim(static_cast<int>(axis2));
  const int64_t count = std::max<int64_t>(
      offset >= 0 ? std::min(rows, columns - offset) : std::min(rows + offset, columns), 0);
  x = Transpose(x, std::move(perm));
  std::vector<int64_t> dims(x.shape().begin(), x.shape().end() - 2);
  dims.push_back(rows * columns);
  const int64_t start = count == 0 ? 0 : offset >= 0 ? offset : -offset * columns;
  const int64_t limit = count == 0 ? 0 : start + (count - 1) * (columns + 1) + 1;
  return SliceAxis(Reshape(x, Shape(std::move(dims))), -1, start, limit, columns + 1);
}

}  // namespace tricorn::ops
