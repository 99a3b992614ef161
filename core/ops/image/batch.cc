#include "core/ops/image/batch.h"

#include <cmath>

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops::image {

DType WorkingDType(const Value& x) { return x.dtype() == DType::kF64 ? DType::kF64 : DType::kF32; }

Value RoundTo(Value y, DType dtype) {
  if (IsFloating(dtype)) return Cast(y, dtype);
  const int bits = static_cast<int>(SizeOf(dtype)) * 8 - (IsSigned(dtype) ? 1 : 0);
  const double high = std::ldexp(1.0, bits);
  const double low = IsSigned(dtype) ? -high : 0;
  // The greatest integer, or what the floating dtype holds next to it.
  const int digits = y.dtype() == DType::kF64 ? 53 : 24;
  const double greatest = high - std::ldexp(1.0, std::max(0, bits - digits));
  return Cast(Clip(Round(y), low, greatest), dtype);
}

Value Range(Builder& builder, DType dtype, int64_t length) {
  return Iota(builder, {dtype, {length}}, 0);
}

}  // namespace tricorn::ops::image
