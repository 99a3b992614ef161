#pragma once

#include "core/backend/cuda/dnn/dnn_graph.h"
#include "core/ops/conv/conv.h"
#include "core/tensor/dtype.h"

// Convolutions as operations of cuDNN's graphs.

namespace tricorn::backend::cuda {

enum class DnnConvKind : uint8_t { kForward, kInputGradient, kKernelGradient };

// (batch, spatial..., channels) as cuDNN's (batch, channels, spatial...), with two spatial axes at
// least, in memory.
DnnTensor DnnImage(DnnGraph& graph, int64_t id, DType dtype, const Shape& shape);
// A kernel (spatial..., in, out) as cuDNN's (out, in, spatial...), in memory as (out, spatial...,
// in).
DnnTensor DnnKernel(DnnGraph& graph, int64_t id, DType dtype, const Shape& shape);

// The convolution of x and kernel to y, or a gradient, accumulated in float32 (float64 of float64).
void AddDnnConv(DnnGraph& graph, DnnConvKind kind, const ops::ConvAttrs& attrs, DType dtype,
                const DnnTensor& x, const DnnTensor& kernel, const DnnTensor& y);

}  // namespace tricorn::backend::cuda
