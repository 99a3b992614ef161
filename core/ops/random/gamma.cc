#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// Each fails with a probability below 0.05: all do once in 10^10 draws.
constexpr int64_t kAttempts = 8;

}  // namespace

// Source: Marsaglia and Tsang 2000, "A simple method for generating gamma variables".
Value RandomLogGamma(Value key, Value alpha) {
  const Values keys = SplitKey(key, 3);
  const Type type{alpha.dtype(), alpha.shape()};
  // Below 1, a draw for alpha + 1 times a uniform one to the power 1 / alpha.
  const Value small = Less(alpha, 1);
  const Value d = Where(small, alpha + 1, alpha) - 1.0 / 3;
  const Value c = Rsqrt(d * 9);
  std::vector<int64_t> dims = type.shape.dims();
  dims.insert(dims.begin(), kAttempts);
  const Type all{type.dtype, Shape(dims)};
  const Value x = RandomNormal(keys[0], all);
  const Value u = RandomUniform(keys[1], all);
  const Value root = x * c + 1;
  const Value inside = Greater(root, 0);
  const Value log_v = Log(Where(inside, root, 1)) * 3;
  const Value bound = Square(x) * 0.5 + d * (1 - Exp(log_v) + log_v);
  const Value accepted = LogicalAnd(inside, Less(Log(u), bound));
  Value log_y = Log(d);
  for (int64_t i = kAttempts; i-- > 0;) {
    const auto attempt = [&](Value v) { return Squeeze(SliceAxis(v, 0, i, i + 1), {0}); };
    log_y = Where(attempt(accepted), Log(d) + attempt(log_v), log_y);
  }
  const Value power = Log(1 - RandomUniform(keys[2], type)) / alpha;
  return log_y + Where(small, power, 0);
}

Value RandomLogitBeta(Value key, Value alpha, Value beta) {
  const Values keys = SplitKey(key, 2);
  return RandomLogGamma(keys[0], alpha) - RandomLogGamma(keys[1], beta);
}

}  // namespace tricorn::ops
