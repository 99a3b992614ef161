#include "core/ops/shape/stacking.h"

namespace tricorn::ops {
namespace {

// With at least `rank` axes: new ones go before, and from `behind` on behind.
Value AtLeast(Value x, int rank, int behind) {
  std::vector<int64_t> dims = x.shape().dims();
  while (static_cast<int>(dims.size()) < rank) {
    dims.insert(static_cast<int>(dims.size()) < behind ? dims.begin() : dims.end(), 1);
  }
  return Reshape(x, Shape(std::move(dims)));
}

}  // namespace

Value Ravel(Value x) { return Reshape(x, {-1}); }

Values Unstack(Value x, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Errors(x, 1);
  Values parts;
  for (int64_t i = 0; i < x.dim(static_cast<int>(axis)); ++i) {
    parts.push_back(Squeeze(SliceAxis(x, axis, i, i + 1), {axis}));
  }
  return parts;
}

Value Append(Value a, Value b) { return Concatenate({{Ravel(a), Ravel(b)}}, 0); }
Value Append(Value a, Value b, int64_t axis) { return Concatenate({{a, b}}, axis); }

Value Vstack(Operands x) {
  Values rows;
  for (const Value& part : x) rows.push_back(AtLeast(part, 2, 2));
  return Concatenate(rows, 0);
}

Value Hstack(Operands x) {
  Values parts;
  for (const Value& part : x) parts.push_back(AtLeast(part, 1, 1));
  return Concatenate(parts, parts[0].rank() == 1 ? 0 : 1);
}

Value Dstack(Operands x) {
  Values parts;
  for (const Value& part : x) parts.push_back(AtLeast(part, 3, 2));
  return Concatenate(parts, 2);
}

Value ColumnStack(Operands x) {
  Values columns;
  for (const Value& part : x) columns.push_back(AtLeast(part, 2, 0));
  return Concatenate(columns, 1);
}

Values ArraySplit(Value x, int64_t sections, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Errors(x, 1);
  if (sections < 1) {
    Error(x, InvalidArgument("array_split: expected at least 1 section, received {}", sections));
    return Errors(x, 1);
  }
  const int64_t length = x.dim(static_cast<int>(axis));
  Axes indices;
  for (int64_t i = 1, at = 0; i < sections; ++i) {
    at += length / sections + (i <= length % sections ? 1 : 0);
    indices.push_back(at);
  }
  return SplitAt(x, indices, axis);
}

}  // namespace tricorn::ops
