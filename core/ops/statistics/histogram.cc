#include "core/ops/statistics/histogram.h"

#include "core/ops/creation/creation.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

// `bins` + 1 equal steps; one number alone gets a bin of width 1 around it.
HistogramResult EqualBins(Value x, Value low, Value high, int64_t bins) {
  if (bins < 1) {
    const Value error =
        Error(x, InvalidArgument("histogram: expected bins > 0, received {}", bins));
    return {error, error};
  }
  const Value single = Equal(low, high);
  return Histogram(x, Linspace(Where(single, low - 0.5, low), Where(single, high + 0.5, high),
                               bins + 1, true, 0));
}

}  // namespace

Value Searchsorted(Value sorted, Value values, bool right) {
  if (sorted.rank() != 1) {
    return Error(sorted, InvalidArgument("searchsorted: expected a vector, received {}",
                                         sorted.type().ToString()));
  }
  const Value v = ExpandDims(values, {-1});
  Value before = right ? LessEqual(sorted, v) : Less(sorted, v);
  if (IsFloating(v.dtype())) {
    Value number = Isnan(v);
    if (!right) number = LogicalAnd(number, LogicalNot(Isnan(sorted)));
    before = LogicalOr(before, number);
  }
  return Sum(Cast(before, DType::kI32), {-1});
}

Value Digitize(Value x, Value bins) {
  if (bins.rank() != 1 || bins.dim(0) == 0) {
    return Error(x, InvalidArgument("digitize: expected a vector of bins, received {}",
                                    bins.type().ToString()));
  }
  const int64_t length = bins.dim(0);
  const Value first = SliceAxis(bins, 0, 0, 1), last = SliceAxis(bins, 0, length - 1, length);
  const Value falling = length - Searchsorted(Reverse(bins, {0}), x, true);
  return Where(Squeeze(Less(last, first), {0}), falling, Searchsorted(bins, x, true));
}

HistogramResult Histogram(Value x, Value edges) {
  if (edges.rank() != 1 || edges.dim(0) < 2) {
    const Value error = Error(x, InvalidArgument("histogram: expected a vector of at least 2 "
                                                 "edges, received {}",
                                                 edges.type().ToString()));
    return {error, error};
  }
  const Value flat = Reshape(x, {-1});
  const int64_t bins = edges.dim(0) - 1;
  const Value last = SliceAxis(edges, 0, bins, bins + 1);
  const Value index = Searchsorted(edges, flat, true) - 1;
  const Value counted = Where(Equal(flat, last), bins - 1, index);
  return {Cast(Bincount(counted, {}, bins), DType::kF32), edges};
}

HistogramResult Histogram(Value x, int64_t bins) {
  const Value y = ToFloat(x);
  return EqualBins(y, Min(y), Max(y), bins);
}

HistogramResult Histogram(Value x, int64_t bins, double low, double high) {
  const Value y = ToFloat(x);
  return EqualBins(y, Scalar(x.builder(), low, y.dtype()), Scalar(x.builder(), high, y.dtype()),
                   bins);
}

Value Bincount(Value x, Value weights, int64_t length) {
  if (x.rank() < 1 || x.rank() > 2 || !(IsInteger(x.dtype()) || x.dtype() == DType::kBool)) {
    return Error(x, InvalidArgument("bincount: expected integers in a vector or a matrix, received "
                                    "{}",
                                    x.type().ToString()));
  }
  Value index = SizeOf(x.dtype()) < 4 ? Cast(x, DType::kI32) : x;
  const int64_t rows = x.rank() == 2 ? x.dim(0) : 1;
  if (x.rank() == 2) {
    // Rows count in stretches of one vector.
    const Value inside = LogicalAnd(GreaterEqual(index, 0), Less(index, length));
    const Value row = Iota(x.builder(), {index.dtype(), {rows, 1}}, 0);
    index = Where(inside, index + row * length, -1);
  }
  const DType dtype = weights ? weights.dtype() : DType::kI32;
  const Value zero = Full(x.builder(), {dtype, {rows * length}}, 0);
  const Value added = weights ? weights : Full(x.builder(), {dtype, x.shape()}, 1);
  const Value flat = Reshape(index, {-1});
  const Value outside = Less(flat, 0);
  const Value counts =
      ScatterAdd(zero, Where(outside, rows * length, flat), Reshape(added, {-1}), 0);
  return x.rank() == 2 ? Reshape(counts, {rows, length}) : counts;
}

}  // namespace tricorn::ops
