#include "core/ops/control/control.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The elements begin, begin + 2, ... along `axis`.
Values EverySecond(Operands xs, int64_t axis, int64_t begin, int64_t limit) {
  Values parts;
  for (const Value& x : xs) parts.push_back(SliceAxis(x, axis, begin, limit, 2));
  return parts;
}

// evens[0], odds[0], evens[1], odds[1], ...; there may be one more of the first.
Value Interleave(Value evens, Value odds, int64_t axis) {
  const auto at = static_cast<int>(axis);
  const int64_t pairs = odds.dim(at);
  std::vector<int64_t> dims(odds.shape().begin(), odds.shape().end());
  dims[static_cast<size_t>(axis)] *= 2;
  const Value both =
      Reshape(Stack({{SliceAxis(evens, axis, 0, pairs), odds}}, axis + 1), Shape(std::move(dims)));
  if (evens.dim(at) == pairs) return both;
  return Concatenate({{both, SliceAxis(evens, axis, pairs, pairs + 1)}}, axis);
}

Values ScanAlong(Combine combine, const Values& xs, int64_t axis) {
  const int64_t length = xs[0].dim(static_cast<int>(axis));
  if (length < 2 || !xs[0].builder().ok()) return xs;
  // y_1, y_3, ... from the pairs; y_2, y_4, ... from those and the elements between.
  const Values odds = ScanAlong(
      combine, combine(EverySecond(xs, axis, 0, length - 1), EverySecond(xs, axis, 1, length)),
      axis);
  Values first, before, results;
  const int64_t pairs = odds[0].dim(static_cast<int>(axis));
  for (size_t i = 0; i < xs.size(); ++i) {
    first.push_back(SliceAxis(xs[i], axis, 0, 1));
    before.push_back(SliceAxis(odds[i], axis, 0, length % 2 == 0 ? pairs - 1 : pairs));
  }
  Values evens = first;
  if (length > 2) {
    const Values rest = combine(before, EverySecond(xs, axis, 2, length));
    for (size_t i = 0; i < xs.size(); ++i) evens[i] = Concatenate({{first[i], rest[i]}}, axis);
  }
  for (size_t i = 0; i < xs.size(); ++i) results.push_back(Interleave(evens[i], odds[i], axis));
  return results;
}

}  // namespace

Values Map(Builder& builder, MapBody f, Operands xs) {
  const int64_t length = xs.empty() ? 0 : xs[0].dim(0);
  return Scan(builder, {}, xs, length,
              [&](Builder& region, Operands, Operands slices) {
                return ScanStep{{}, f(region, slices)};
              })
      .ys;
}

Values AssociativeScan(Combine combine, Operands xs, bool reverse, int64_t axis) {
  Values results;
  if (xs.empty()) return results;
  const int64_t at = NormalizeAxis(xs[0], axis);
  if (at < 0) return Errors(xs[0], xs.size());
  for (const Value& x : xs) {
    const bool fits =
        x.rank() > at && x.shape()[static_cast<int>(at)] == xs[0].shape()[static_cast<int>(at)];
    if (!fits) {
      Error(x, InvalidArgument("associative_scan: expected values of one length along axis {}, "
                               "received {} and {}",
                               at, xs[0].type().ToString(), x.type().ToString()));
      return Errors(xs[0], xs.size());
    }
    results.push_back(reverse ? Reverse(x, {at}) : x);
  }
  results = ScanAlong(combine, results, at);
  if (!xs[0].builder().ok()) return Errors(xs[0], xs.size());
  if (reverse) {
    for (Value& y : results) y = Reverse(y, {at});
  }
  return results;
}

}  // namespace tricorn::ops
