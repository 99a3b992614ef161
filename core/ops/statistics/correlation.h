#pragma once

#include <string_view>

#include "core/ops/op.h"

namespace tricorn::ops {

// Pearson's coefficients between the rows of a matrix.
Value Corrcoef(Value x);
// y_k = sum over n of a[n + k] b[n] of two vectors, for the k at which both overlap fully
// ("valid"), as many as the longer has elements ("same"), or all ("full").
Value Correlate(Value a, Value b, std::string_view mode);

}  // namespace tricorn::ops
