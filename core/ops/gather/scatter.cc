#include "core/ops/gather/scatter.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The row of x, with its first k axes as one, that each index vector addresses; the number of rows
// for one outside.
Value FlatRows(Value indices, const Shape& x, int64_t k) {
  Value flat, inside;
  int64_t rows = 1;
  indices = Cast(indices, DType::kI64);
  for (int64_t i = 0; i < k; ++i) {
    const int64_t length = x[static_cast<int>(i)];
    Value at = Squeeze(SliceAxis(indices, -1, i, i + 1), {-1});
    at = Where(Less(at, 0), at + length, at);
    const Value fits = LogicalAnd(GreaterEqual(at, 0), Less(at, length));
    inside = inside ? LogicalAnd(inside, fits) : fits;
    flat = flat ? flat * length + at : at;
    rows *= length;
  }
  return Reshape(Where(inside, flat, rows), {-1});
}

using Reduce = Value (*)(Arg, Arg);

// `updates` (n, m) in the order of their sorted rows, each reduced with those before it of the same
// row: the last of a row has them all.
Value ReduceRuns(Value updates, Value rows, Reduce reduce) {
  const int64_t n = rows.dim(0);
  for (int64_t reach = 1; reach < n; reach *= 2) {
    const Value same = Equal(SliceAxis(rows, 0, reach, n), SliceAxis(rows, 0, 0, n - reach));
    const Value here = SliceAxis(updates, 0, reach, n);
    const Value both = reduce(SliceAxis(updates, 0, 0, n - reach), here);
    updates = Concatenate(
        {{SliceAxis(updates, 0, 0, reach), Where(ExpandDims(same, {1}), both, here)}}, 0);
  }
  return updates;
}

Value Last(Arg, Arg b) { return b.value(); }

Reduce ReduceOf(ScatterReduction reduction) {
  switch (reduction) {
    case ScatterReduction::kMultiply:
      return Multiply;
    case ScatterReduction::kMax:
      return Maximum;
    case ScatterReduction::kMin:
      return Minimum;
    default:
      return Last;
  }
}

// Brings reduced updates into rows (r, m), each row of `updates` at most once.
Value BringIn(Value x, Value rows, Value updates, ScatterReduction reduction) {
  const Value order = Argsort(rows, 0);  // stable
  const Value sorted = Take(rows, order, 0);
  const int64_t n = rows.dim(0);
  const Value runs = reduction == ScatterReduction::kSet
                         ? Take(updates, order, 0)
                         : ReduceRuns(Take(updates, order, 0), sorted, ReduceOf(reduction));
  const Value ends =
      Concatenate({{NotEqual(SliceAxis(sorted, 0, 1, n), SliceAxis(sorted, 0, 0, n - 1)),
                    Full(x.builder(), {DType::kBool, {1}}, 1)}},
                  0);
  const int64_t num_rows = x.dim(0);
  const Value to = Where(ends, sorted, num_rows);  // outside: left out
  const Value brought = ScatterAdd(ZerosLike(x), to, runs, 0);
  const Value zeros = Full(x.builder(), {DType::kI32, {num_rows, 1}}, 0);
  const Value hit =
      Greater(ScatterAdd(zeros, to, Full(x.builder(), {DType::kI32, {n, 1}}, 1), 0), 0);
  return Where(hit, ReduceOf(reduction)(x, brought), x);
}

// Start positions within [0, length - size] of each axis.
Value ClampedStart(Value start, const Shape& x, const Shape& sizes) {
  std::vector<int64_t> most;
  for (int i = 0; i < x.rank(); ++i) most.push_back(std::max<int64_t>(x[i] - sizes[i], 0));
  const Value limit = start.builder().Constant(Tensor::From<int64_t>({x.rank()}, most));
  return Maximum(Minimum(Cast(start, DType::kI64), limit), 0);
}

bool CheckBlock(Value x, Value start, const Shape& sizes) {
  bool fits =
      sizes.rank() == x.rank() && start.shape() == Shape{x.rank()} && IsInteger(start.dtype());
  for (int i = 0; fits && i < x.rank(); ++i) fits = sizes[i] >= 0 && sizes[i] <= x.dim(i);
  if (!fits) {
    Error(x,
          InvalidArgument("slice: expected a start and a size an axis within {}, received {} and "
                          "{}",
                          x.type().ToString(), start.type().ToString(), sizes.ToString()));
  }
  return fits;
}

}  // namespace

Value ScatterUpdate(Value x, Value indices, Value updates, ScatterReduction reduction) {
  if (!IsInteger(indices.dtype()) || indices.rank() == 0 || indices.dim(-1) < 1 ||
      indices.dim(-1) > x.rank()) {
    return Error(x, InvalidArgument("scatter: expected integer indices (..., k), 1 <= k <= {}, "
                                    "received {}",
                                    x.rank(), indices.type().ToString()));
  }
  if (x.dtype() == DType::kBool) {
    return Cast(ScatterUpdate(Cast(x, DType::kI32), indices, updates, reduction), DType::kBool);
  }
  const int64_t k = indices.dim(-1);
  std::vector<int64_t> dims(indices.shape().begin(), indices.shape().end() - 1);
  dims.insert(dims.end(), x.shape().begin() + k, x.shape().end());
  updates = BroadcastTo(Cast(updates, x.dtype()), Shape(std::move(dims)));
  const Value rows = FlatRows(indices, x.shape(), k);
  if (!x.builder().ok()) return Error(x);
  const int64_t n = rows.dim(0);
  if (n == 0) return x;
  int64_t num_rows = 1, width = 1;
  for (int i = 0; i < x.rank(); ++i) (i < k ? num_rows : width) *= x.dim(i);
  const Value flat = Reshape(x, {num_rows, width});
  const Value flat_updates = Reshape(updates, {n, width});
  const Value y = reduction == ScatterReduction::kAdd
                      ? ScatterAdd(flat, rows, flat_updates, 0)
                      : BringIn(flat, rows, flat_updates, reduction);
  return Reshape(y, x.shape());
}

Value Scatter(Value indices, Value values, Shape shape) {
  const Value zeros = Full(values.builder(), {values.dtype(), std::move(shape)}, 0);
  return ScatterUpdate(zeros, indices, values, ScatterReduction::kAdd);
}

Value DynamicSlice(Value x, Value start, const Shape& sizes) {
  if (!CheckBlock(x, start, sizes)) return Error(x);
  const Value first = ClampedStart(start, x.shape(), sizes);
  Value y = x;
  for (int i = 0; i < x.rank(); ++i) {
    if (sizes[i] == x.dim(i)) continue;
    const Value offsets = Iota(x.builder(), {DType::kI64, {sizes[i]}}, 0);
    y = Take(y, SliceAxis(first, 0, i, i + 1) + offsets, i);
  }
  return y;
}

Value DynamicUpdateSlice(Value x, Value start, Value updates) {
  if (!CheckBlock(x, start, updates.shape())) return Error(x);
  const Value first = ClampedStart(start, x.shape(), updates.shape());
  // The update that each position of x would take, and whether it is within the block.
  Value taken = Cast(updates, x.dtype());
  Value within = Full(x.builder(), {DType::kBool, x.shape()}, 1);
  for (int i = 0; i < x.rank(); ++i) {
    const int64_t size = updates.dim(i);
    if (size == 0) return x;
    const Value at =
        Iota(x.builder(), {DType::kI64, {x.dim(i)}}, 0) - SliceAxis(first, 0, i, i + 1);
    taken = Take(taken, Clip(at, 0, size - 1), i);
    const Value inside = LogicalAnd(GreaterEqual(at, 0), Less(at, size));
    within = LogicalAnd(within, Broadcast(inside, x.shape(), {i}));
  }
  return Where(within, taken, x);
}

}  // namespace tricorn::ops
