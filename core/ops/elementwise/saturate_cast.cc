#include "core/ops/elementwise/saturate_cast.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {
namespace {

struct Range {
  double least;
  double greatest;
};

Range RangeOf(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return {0, 1};
    case DType::kF16:
      return {-65504, 65504};
    case DType::kBF16:
      return {-0x1.FEp127, 0x1.FEp127};
    case DType::kF32:
      return {std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max()};
    case DType::kF64:
      return {std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()};
    default: {
      const int bits = static_cast<int>(SizeOf(dtype)) * 8;
      if (!IsSigned(dtype)) return {0, std::ldexp(1.0, bits) - 1};
      return {-std::ldexp(1.0, bits - 1), std::ldexp(1.0, bits - 1) - 1};
    }
  }
}

// The number of `significant` bits nearest to the limit that does not exceed its magnitude.
double Within(double limit, int significant) {
  int exponent = 0;
  const double fraction = std::frexp(limit, &exponent);
  const double kept = std::trunc(std::ldexp(fraction, significant));
  return std::ldexp(kept, exponent - significant);
}

int SignificantBits(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return 11;
    case DType::kBF16:
      return 8;
    case DType::kF32:
      return 24;
    default:
      return 53;
  }
}

}  // namespace

Value SaturateCast(Value x, DType dtype) {
  if (x.dtype() == DType::kBool || x.dtype() == dtype) return Cast(x, dtype);
  const Range from = RangeOf(x.dtype()), to = RangeOf(dtype);
  // Limits that x's dtype holds: the greatest int32 is no float32.
  const int bits = SignificantBits(x.dtype());
  const double least = Within(std::max(from.least, to.least), bits);
  const double greatest = Within(std::min(from.greatest, to.greatest), bits);
  if (IsFloating(x.dtype()) || least > from.least) x = Maximum(x, least);
  if (IsFloating(x.dtype()) || greatest < from.greatest) x = Minimum(x, greatest);
  return Cast(x, dtype);
}

}  // namespace tricorn::ops
