#pragma once

#include "core/ops/op.h"

// N-dimensional convolutions, channels last: x (batch, spatial..., in), kernel (spatial...,
// in / groups, out), y (batch, spatial'..., out), as machine learning names them: correlations.

namespace tricorn::ops {

// Lists have one entry a spatial axis. `dilation` spreads the kernel.
struct ConvAttrs {
  Axes strides = {};
  Axes padding_low = {};
  Axes padding_high = {};
  Axes dilation = {};
  int64_t groups = 1;
  FIELDS(strides, padding_low, padding_high, dilation, groups)
};
// y_{n,p,o} = sum_{k,i} x_{n, p*stride + k*dilation - low, i} kernel_{k,i,o}; x is 0 outside.
// Operands: x, kernel.
extern const OpDef kConv;
Value Conv(Value x, Value kernel, ConvAttrs attrs);

// `shape` is the result's: x's or the kernel's.
struct ConvGradientAttrs {
  ConvAttrs conv = {};
  Shape shape = {};
  FIELDS(conv, shape)
};
// The gradient of conv in x. Operands: dy, kernel. Also the transposed convolution.
extern const OpDef kConvInputGradient;
Value ConvInputGradient(Value dy, Value kernel, ConvAttrs conv, Shape shape);
// The gradient of conv in kernel. Operands: x, dy.
extern const OpDef kConvKernelGradient;
Value ConvKernelGradient(Value x, Value dy, ConvAttrs conv, Shape shape);

enum class Padding : uint8_t { kValid, kSame };
// Entries of padding_low and padding_high for one axis, as Keras's padding="same" or "valid".
struct AxisPadding {
  int64_t low = 0;
  int64_t high = 0;
};
AxisPadding ResolvePadding(Padding padding, int64_t length, int64_t window, int64_t stride,
                           int64_t dilation = 1);

// The length of a sliding window's result along one axis; at most 0 when the window does not fit.
int64_t WindowedLength(int64_t length, int64_t window, int64_t stride, int64_t low, int64_t high,
                       int64_t dilation = 1);

}  // namespace tricorn::ops
