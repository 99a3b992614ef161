#pragma once

#include "core/ops/op.h"

// Normalization of each row by its own statistics. A row is all axes from `axis` on. Statistics
// are in float32 for half precision, and so are gamma, beta and scale, which have a row's shape.

namespace tricorn::ops {

struct LayerNormAttrs {
  int64_t axis = 0;  // within [0, rank)
  double epsilon = 1e-3;
  FIELDS(axis, epsilon)
};
// y = (x - mean) inverse gamma + beta,  inverse = rsqrt(variance + epsilon), the variance biased.
// Operands: x, gamma, beta. Results: y, mean, inverse; these have the axes before `axis`.
extern const OpDef kLayerNorm;
// Operands: x, gamma, mean, inverse, dy. Results: the gradients of y in x, gamma and beta.
extern const OpDef kLayerNormGradient;
// y = x inverse scale,  inverse = rsqrt(mean of x^2 + epsilon).
// Operands: x, scale. Results: y, inverse.
extern const OpDef kRmsNorm;
// Operands: x, scale, inverse, dy. Results: the gradients of y in x and scale.
extern const OpDef kRmsNormGradient;

// Over any axes; gamma and beta have the lengths of x along them in increasing order, or are none.
// Source: Keras 3 `keras.ops.layer_normalization`, `rms_normalization`.
Value LayerNormalization(Value x, Value gamma, Value beta, const Axes& axes, double epsilon);
Value RmsNormalization(Value x, Value scale, const Axes& axes, double epsilon);

}  // namespace tricorn::ops
