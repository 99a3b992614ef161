#pragma once

#include "core/ops/op.h"

// N-dimensional pooling, channels last: x (batch, spatial..., channels).

namespace tricorn::ops {

// Lists have one entry a spatial axis.
struct MaxPoolAttrs {
  Axes window = {};
  Axes strides = {};
  Axes padding_low = {};
  Axes padding_high = {};
  FIELDS(window, strides, padding_low, padding_high)
};
// The maximum of each window; padding never wins.
extern const OpDef kMaxPool;
Value MaxPool(Value x, MaxPoolAttrs attrs);
// The gradient of max_pool in x: each dy goes to the first maximum of its window, in row-major
// order. Operands: x, dy.
extern const OpDef kMaxPoolGradient;
// The gradient of max_pool_gradient in dy: what v holds at the first maximum of each window of x.
// Operands: x, v (as x).
extern const OpDef kMaxPoolTake;

struct AvgPoolAttrs {
  Axes window = {};
  Axes strides = {};
  Axes padding_low = {};
  Axes padding_high = {};
  bool count_padding = false;  // whether padding counts in the divisor
  FIELDS(window, strides, padding_low, padding_high, count_padding)
};
// The mean of each window.
extern const OpDef kAvgPool;
Value AvgPool(Value x, AvgPoolAttrs attrs);

// `shape` is x's.
struct AvgPoolGradientAttrs {
  AvgPoolAttrs pool = {};
  Shape shape = {};
  FIELDS(pool, shape)
};
// The gradient of avg_pool in x. Operand: dy.
extern const OpDef kAvgPoolGradient;

// `size` means (or maxima) along `axis`, over parts that cover it: part i starts at
// floor(i length / size) and ends at ceil((i + 1) length / size). At most as many as elements.
Value AdaptiveAveragePool(Value x, int64_t axis, int64_t size);
Value AdaptiveMaxPool(Value x, int64_t axis, int64_t size);

}  // namespace tricorn::ops
