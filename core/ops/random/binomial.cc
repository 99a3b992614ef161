#include <cmath>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

// A binomial variate is drawn by proposing candidates until one fits. A graph has no loop of
// unknown length: enough candidates are made at once.

namespace tricorn::ops {
namespace {

constexpr int64_t kCandidates = 12;

// Uniform within (0, 1), ends excluded.
Value Open(Value key, Shape shape) {
  return (Cast(RightShift(RandomBits(key, std::move(shape)), 9), DType::kF32) + 0.5) * 0x1p-23;
}

Shape Stacked(const Shape& shape) {
  std::vector<int64_t> dims = shape.dims();
  dims.insert(dims.begin(), kCandidates);
  return Shape(std::move(dims));
}

// The first candidate (along the first axis) that fits; the last one when none does.
Value FirstThatFits(Value candidates, Value fits) {
  Value chosen = Squeeze(SliceAxis(candidates, 0, kCandidates - 1, kCandidates), {0});
  for (int64_t i = kCandidates - 1; i-- > 0;) {
    chosen = Where(Squeeze(SliceAxis(fits, 0, i, i + 1), {0}),
                   Squeeze(SliceAxis(candidates, 0, i, i + 1), {0}), chosen);
  }
  return chosen;
}

Value Spread(Builder& builder, Arg argument, const Shape& shape) {
  if (argument.is_number()) return Full(builder, {DType::kF32, shape}, argument.number());
  return BroadcastTo(StopGradient(Cast(argument.value(), DType::kF32)), shape);
}

// What Stirling's approximation of log k! leaves out.
Value StirlingTail(Value k) {
  const Value n = k + 1;
  const Value square = n * n;
  // Small k through n + 8: log k! = log (k + 8)! - the sum of the logs between.
  const auto series = [](Value m, Value m2) {
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260) / m2) / m2) / m;
  };
  const Value m = n + 8;
  Value product = n;
  for (int i = 1; i < 8; ++i) product = product * (n + i);
  const auto main = [](Value x) { return (x - 0.5) * Log(x) - x; };
  const Value by_shift = series(m, m * m) + main(m) - main(n) - Log(product);
  return Where(Less(k, 10), by_shift, series(n, square));
}

// For expected successes of at least 10 and p up to 1/2.
Value ByTransformedRejection(Value key, const Shape& shape, Value counts, Value p) {
  const Values keys = SplitKey(key, 2);
  const Value spread = Sqrt(counts * p * (1 - p));
  const Value b = 1.15 + 2.53 * spread;
  const Value a = -0.0873 + 0.0248 * b + 0.01 * p;
  const Value c = counts * p + 0.5;
  const Value v_r = 0.92 - 4.2 / b;
  const Value alpha = (2.83 + 5.1 / b) * spread;
  const Value mode = Floor((counts + 1) * p);
  const Value u = Open(keys[0], Stacked(shape)) - 0.5;
  const Value v = Open(keys[1], Stacked(shape));
  const Value us = 0.5 - Absolute(u);
  const Value k = Floor((2 * a / us + b) * u + c);
  const Value within = LogicalAnd(GreaterEqual(k, 0), LessEqual(k, counts));
  const Value at_once = LogicalAnd(GreaterEqual(us, 0.07), LessEqual(v, v_r));
  const Value safe = Where(within, k, mode);
  const Value odds = p / (1 - p);
  const Value bound = (mode + 0.5) * Log((mode + 1) / (odds * (counts - mode + 1))) +
                      StirlingTail(mode) + StirlingTail(counts - mode) +
                      (counts + 1) * Log((counts - mode + 1) / (counts - safe + 1)) +
                      (safe + 0.5) * Log(odds * (counts - safe + 1) / (safe + 1)) -
                      StirlingTail(safe) - StirlingTail(counts - safe);
  const Value scaled = Log(v * alpha / (a / (us * us) + b));
  const Value fits = LogicalAnd(within, LogicalOr(at_once, LessEqual(scaled, bound)));
  return FirstThatFits(safe, fits);
}

// For fewer: how many geometric waiting times fit into the trials.
Value ByWaitingTimes(Value key, const Shape& shape, Value counts, Value p) {
  constexpr int64_t kMaxSuccesses = 48;  // of at most 10 that are expected
  std::vector<int64_t> dims = shape.dims();
  dims.insert(dims.begin(), kMaxSuccesses);
  const Value u = Open(key, Shape(std::move(dims)));
  const Value waits = Floor(Log(u) / Log1p(-Minimum(p, 0.999))) + 1;
  const Value fit = LessEqual(Cumsum(waits, 0), counts);
  return Cast(Sum(Cast(fit, DType::kI32), {0}), DType::kF32);
}

}  // namespace

Value RandomGamma(Value key, Type type, Arg alpha) {
  return Cast(Exp(RandomLogGamma(key, Spread(key.builder(), alpha, type.shape))), type.dtype);
}

Value RandomBeta(Value key, Type type, Arg a, Arg b) {
  Builder& builder = key.builder();
  const Value odds =
      RandomLogitBeta(key, Spread(builder, a, type.shape), Spread(builder, b, type.shape));
  return Cast(Sigmoid(odds), type.dtype);
}

Value RandomBinomial(Value key, Type type, Arg counts_argument, Arg probability) {
  const Value counts = Spread(key.builder(), counts_argument, type.shape);
  const Value p = Spread(key.builder(), probability, type.shape);
  const Values keys = SplitKey(key, 2);
  const Value above = Greater(p, 0.5);
  const Value q = Where(above, 1 - p, p);
  const Value many = GreaterEqual(counts * q, 10);
  // Each method sees only what it is for.
  const Value large =
      ByTransformedRejection(keys[0], type.shape, Where(many, counts, 100.0), Where(many, q, 0.5));
  const Value small =
      ByWaitingTimes(keys[1], type.shape, counts, Where(many, 0.1, Maximum(q, 1e-30)));
  const Value drawn = Where(many, large, small);
  return Cast(Where(above, counts - drawn, drawn), type.dtype);
}

}  // namespace tricorn::ops
