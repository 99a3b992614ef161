#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace tricorn {

// The bytes of a tensor whose sizes come from a file or a peer: ask before allocating.
// Errors: InvalidArgument if a size is negative, the rank is beyond 32, the product of the sizes
// overflows (zeros counted as ones) or `dtype` has no fixed size.
absl::StatusOr<int64_t> CheckedNumBytes(DType dtype, const Shape& shape);

}  // namespace tricorn
