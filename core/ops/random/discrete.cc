#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

Value RandomInteger(Value key, Type type, int64_t low, int64_t high) {
  if (low >= high || high - low > (int64_t{1} << 32)) {
    return Error(key, InvalidArgument("expected low below high by at most 2^32, received {} and {}",
                                      low, high));
  }
  // The upper word of bits * (high - low).
  const Value bits = Cast(RandomBits(key, type.shape), DType::kU64);
  const Value below = RightShift(bits * (high - low), 32);
  return Cast(Cast(below, DType::kI64) + low, type.dtype);
}

Value RandomCategorical(Value key, Value logits, int64_t num_samples, DType dtype) {
  if (logits.rank() == 0 || num_samples < 0) {
    return Error(logits, InvalidArgument("expected logits (..., classes) and a number of samples, "
                                         "received {} and {}",
                                         logits.type().ToString(), num_samples));
  }
  // The greatest of logits with Gumbel noise: -log(-log u), u away from 0 and 1.
  std::vector<int64_t> dims = logits.shape().dims();
  dims.insert(dims.end() - 1, num_samples);
  const Value u = (Cast(RightShift(RandomBits(key, Shape(dims)), 9), DType::kF32) + 0.5) * 0x1p-23;
  const Value noise = -Log(-Log(u));
  const Value noisy = Cast(ExpandDims(logits, {-2}), DType::kF32) + noise;
  return Cast(Argmax(noisy, -1), dtype);
}

Value RandomShuffle(Value key, Value x, int64_t axis) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  const Value bits = RandomBits(key, {x.dim(static_cast<int>(axis))});
  return Take(x, Argsort(bits, 0), axis);
}

}  // namespace tricorn::ops
