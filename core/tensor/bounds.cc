#include "core/tensor/bounds.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn {

absl::StatusOr<int64_t> CheckedNumBytes(DType dtype, const Shape& shape) {
  constexpr int kMaxRank = 32;
  if (dtype == DType::kString) {
    return InvalidArgument("expected a dtype of fixed size, received string");
  }
  if (shape.rank() > kMaxRank) {
    return InvalidArgument("expected at most {} axes, received {}", kMaxRank, shape.rank());
  }
  int64_t nbytes = SizeOf(dtype);
  for (const int64_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(nbytes, std::max<int64_t>(dim, 1), &nbytes)) {
      return InvalidArgument("expected sizes whose product fits 63 bits, received {}{}",
                             Name(dtype), shape.ToString());
    }
  }
  return shape.num_elements() * SizeOf(dtype);
}

}  // namespace tricorn
