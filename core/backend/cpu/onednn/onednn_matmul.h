#pragma once

#include <memory>

#include "core/backend/cpu/product/matmul.h"

namespace tricorn::backend::cpu {

// nullptr when oneDNN has no fast code for `spec` on this processor: dtypes other than float32,
// bfloat16 and, where it sums exactly, int8, whose c is int32; or operands of which no matrix axis
// has stride 1.
std::unique_ptr<Matmul> MakeOneDnnMatmul(const MatmulSpec& spec);

}  // namespace tricorn::backend::cpu
