#include "core/ops/sets/sets.h"

#include "core/ops/creation/creation.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

Value Fill(Value like, int64_t length, double value, DType dtype = DType::kI32) {
  return Full(like.builder(), {dtype, {length}}, value);
}

// The positions of the first `count` true elements of a bool vector; `fill` where there are fewer.
Value Positions(Value flags, int64_t count, Value fill) {
  const int64_t length = flags.dim(0);
  const Value rank = Cumsum(Cast(flags, DType::kI32), 0) - 1;
  const Value to = Where(flags, rank, count);  // outside: left out
  const Value at = Iota(flags.builder(), {DType::kI32, {length}}, 0);
  const Value found = ScatterAdd(Fill(flags, count, 0), to, at, 0);
  const Value place = Iota(flags.builder(), {DType::kI32, {count}}, 0);
  return Where(Less(place, Sum(Cast(flags, DType::kI32))), found, fill);
}

// x as rows (n, m) that are compared whole, in ascending order.
struct SortedRows {
  Value rows;
  Value order;  // int32 (n,): which row of x each is
  Value first;  // bool (n,): whether it differs from the row before
};

SortedRows SortRows(Value x, std::optional<int64_t> axis) {
  const Value rows = axis ? Reshape(MoveAxis(x, *axis, 0), {x.dim(static_cast<int>(*axis)), -1})
                          : Reshape(x, {-1, 1});
  const int64_t n = rows.dim(0), m = rows.dim(1);
  // Stable sorts by the last column first, so that the first column decides.
  Value order = Iota(x.builder(), {DType::kI32, {n}}, 0);
  for (int64_t column = m; column-- > 0;) {
    const Value keys = Take(Squeeze(SliceAxis(rows, 1, column, column + 1), {1}), order, 0);
    order = Take(order, Argsort(keys, 0), 0);
  }
  const Value sorted = Take(rows, order, 0);
  const Value changes =
      Any(NotEqual(SliceAxis(sorted, 0, 1, n), SliceAxis(sorted, 0, 0, n - 1)), {1});
  const Value first = Concatenate({{Full(x.builder(), {DType::kBool, {1}}, 1), changes}}, 0);
  return {sorted, order, first};
}

bool CheckUnique(Value x, std::optional<int64_t>& axis) {
  if (axis) {
    axis = NormalizeAxis(x, *axis);
    if (*axis < 0) return false;
  }
  if (x.type().num_elements() > 0) return true;
  Error(x, InvalidArgument("unique: expected elements, received {}", x.type().ToString()));
  return false;
}

}  // namespace

Value Isin(Value x, Value elements, bool invert) {
  const Value found = Any(Equal(ExpandDims(x, {-1}), Reshape(elements, {-1})), {-1});
  return invert ? LogicalNot(found) : found;
}

Values Nonzero(Value x, int64_t count, int64_t fill) {
  if (x.rank() == 0) {
    Error(x,
          InvalidArgument("nonzero: expected at least a vector, received {}", x.type().ToString()));
    return Errors(x, 1);
  }
  const Value flags = Cast(Reshape(x, {-1}), DType::kBool);
  const Value none = Fill(x, count, static_cast<double>(flags.dim(0)));
  const Value flat = Positions(flags, count, none);
  const Value missing = Equal(flat, flags.dim(0));
  Values coordinates = UnravelIndex(flat, x.shape());
  for (Value& coordinate : coordinates) {
    coordinate = Where(missing, fill, coordinate);
  }
  return coordinates;
}

Value NumUnique(Value x, std::optional<int64_t> axis) {
  if (!CheckUnique(x, axis)) return Error(x);
  return Sum(Cast(SortRows(x, axis).first, DType::kI32));
}

UniqueResult Unique(Value x, std::optional<int64_t> axis, int64_t count,
                    std::optional<double> fill) {
  if (!CheckUnique(x, axis) || count < 0) {
    const Value error = Error(x, InvalidArgument("unique: expected elements and a size >= 0"));
    return {error, error, error, error};
  }
  const SortedRows sorted = SortRows(x, axis);
  const int64_t n = sorted.rows.dim(0);
  const Value num_unique = Sum(Cast(sorted.first, DType::kI32));
  const Value missing = GreaterEqual(Iota(x.builder(), {DType::kI32, {count}}, 0), num_unique);
  const Value starts = Positions(sorted.first, count, Fill(x, count, 0));
  Value values = Take(sorted.rows, starts, 0);
  if (fill) {
    values = Where(ExpandDims(missing, {1}), Scalar(x.builder(), *fill, x.dtype()), values);
  }
  // The group of each sorted row, then of each row of x.
  const Value group = Cumsum(Cast(sorted.first, DType::kI32), 0) - 1;
  const Value inverse = ScatterAdd(Fill(x, n, 0), sorted.order, group, 0);
  const Value counts = ScatterAdd(Fill(x, count, 0), group, Fill(x, n, 1), 0);
  UniqueResult result{.values = values,
                      .indices = Take(sorted.order, starts, 0),
                      .inverse = inverse,
                      .counts = counts};
  if (axis) {
    std::vector<int64_t> dims = MoveAxis(x, *axis, 0).shape().dims();
    dims[0] = count;
    result.values = MoveAxis(Reshape(values, Shape(std::move(dims))), 0, *axis);
  } else {
    result.values = Reshape(values, {-1});
    result.inverse = Reshape(inverse, x.shape());
  }
  return result;
}

}  // namespace tricorn::ops
