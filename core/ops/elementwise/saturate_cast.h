#pragma once

#include "core/ops/op.h"

namespace tricorn::ops {

// A cast in which numbers that `dtype` lacks become its nearest.
Value SaturateCast(Value x, DType dtype);

}  // namespace tricorn::ops
