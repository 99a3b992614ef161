#include "core/ops/statistics/correlation.h"

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/shape/turning.h"

namespace tricorn::ops {

Value Corrcoef(Value x) {
  if (!IsFloating(x.dtype())) x = Cast(x, DType::kF32);
  if (x.rank() < 1 || x.rank() > 2) {
    return Error(x, InvalidArgument("corrcoef: expected a vector or a matrix, received {}",
                                    x.type().ToString()));
  }
  const Value rows = x.rank() == 1 ? ExpandDims(x, {0}) : x;
  const Value centered = rows - Mean(rows, {1}, true);
  const Value products = Matmul(centered, Transpose(centered));
  const Value deviation = Sqrt(Diagonal(products, 0, 0, 1));
  const Value r = Clip(products / ExpandDims(deviation, {1}) / deviation, -1, 1);
  return x.rank() == 1 ? Reshape(r, {}) : r;
}

Value Correlate(Value a, Value b, std::string_view mode) {
  if (a.rank() != 1 || b.rank() != 1 || a.dim(0) == 0 || b.dim(0) == 0) {
    return Error(a, InvalidArgument("correlate: expected two vectors, received {} and {}",
                                    a.type().ToString(), b.type().ToString()));
  }
  const int64_t n = a.dim(0), m = b.dim(0);
  if (n < m) return Reverse(Correlate(b, a, mode), {0});
  int64_t low = 0, high = 0;
  if (mode == "full") {
    low = high = m - 1;
  } else if (mode == "same") {
    low = m / 2;
    high = m - low - 1;
  } else if (mode != "valid") {
    return Error(
        a, InvalidArgument("correlate: expected mode valid, same or full, received '{}'", mode));
  }
  const Value padded = Pad(a, {low}, {high});
  const int64_t count = n + low + high - m + 1;
  const Type type{DType::kI32, {count, m}};
  const Value at = Iota(a.builder(), type, 0) + Iota(a.builder(), type, 1);
  return Matmul(Take(padded, at, 0), b);
}

}  // namespace tricorn::ops
