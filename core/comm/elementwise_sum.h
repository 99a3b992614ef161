#pragma once

#include <cstddef>
#include <cstdint>

#include "core/tensor/dtype.h"

namespace tricorn::comm {

// True for the element types that communicators sum: float32, float64, int32, int64.
bool IsSummable(DType dtype);

// out[i] = a[i] + b[i] for i < count; integers wrap. `out` may be exactly `a` or exactly `b`.
void ElementwiseSum(DType dtype, const std::byte* a, const std::byte* b, std::byte* out,
                    int64_t count);

}  // namespace tricorn::comm
