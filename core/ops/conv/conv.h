#pragma once

#include <optional>

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

// -- Convolutions by Keras's arguments
// -------------------------------------------------------------

// One entry a spatial axis.
struct ConvOptions {
  Axes strides = {};
  Padding padding = Padding::kValid;
  Axes dilation = {};
};
// Groups are as many as x has channels for each that the kernel takes.
Value Convolution(Value x, Value kernel, const ConvOptions& options);
// kernel (spatial..., channels, multiplier): each channel by itself.
Value DepthwiseConv(Value x, Value kernel, const ConvOptions& options);
// A depthwise convolution, then one of kernel size 1.
Value SeparableConv(Value x, Value depthwise_kernel, Value pointwise_kernel,
                    const ConvOptions& options);
// The transpose of a convolution. kernel (spatial..., out, in), x (batch, spatial..., in). The
// result is as long as Keras makes it; `output_padding` lengthens it, one entry a spatial axis.
Value ConvTranspose(Value x, Value kernel, const ConvOptions& options,
                    const std::optional<Axes>& output_padding = std::nullopt);

// Sliding blocks of x (batch, channels, height, width), as columns (batch, channels * block size,
// blocks), and the sum of such columns where they came from: each is the other's gradient. Lists
// are (height, width).
struct BlockOptions {
  Axes kernel_size = {};
  Axes dilation = {1, 1};
  Axes padding = {0, 0};  // both sides
  Axes stride = {1, 1};
};
Value Unfold(Value x, const BlockOptions& options);
Value Fold(Value x, const Axes& output_size, const BlockOptions& options);

}  // namespace tricorn::ops
