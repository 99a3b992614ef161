#include "core/ops/conv/conv.h"

#include <algorithm>

#include "core/ops/conv/conv_out_first.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {
namespace {

absl::Status ExpectAttrs(const ConvAttrs& a, int spatial) {
  const size_t n = static_cast<size_t>(std::max(spatial, 0));
  if (a.strides.size() != n || a.padding_low.size() != n || a.padding_high.size() != n ||
      a.dilation.size() != n) {
    return InvalidArgument("expected {} strides, paddings and dilations, received {}, {}, {}, {}",
                           n, a.strides.size(), a.padding_low.size(), a.padding_high.size(),
                           a.dilation.size());
  }
  for (size_t i = 0; i < n; ++i) {
    if (a.strides[i] < 1 || a.dilation[i] < 1 || a.padding_low[i] < 0 || a.padding_high[i] < 0) {
      return InvalidArgument(
          "expected strides and dilations >= 1 and paddings >= 0, received {}, "
          "{}, {}, {} on spatial axis {}",
          a.strides[i], a.dilation[i], a.padding_low[i], a.padding_high[i], i);
    }
  }
  if (a.groups < 1) return InvalidArgument("expected groups >= 1, received {}", a.groups);
  return absl::OkStatus();
}

// y's type from x's and the kernel's.
absl::StatusOr<Type> InferConv(const Type& x, const Type& kernel, const ConvAttrs& a) {
  RETURN_IF_ERROR(ExpectFloating(x));
  RETURN_IF_ERROR(ExpectSameDType(x, kernel));
  const int spatial = x.rank() - 2;
  if (spatial < 1 || kernel.rank() != x.rank()) {
    return InvalidArgument(
        "expected (batch, spatial..., channels) and (spatial..., in, out), "
        "received {} and {}",
        x.ToString(), kernel.ToString());
  }
  RETURN_IF_ERROR(ExpectAttrs(a, spatial));
  const int64_t in = x.shape[spatial + 1];
  const int64_t out = kernel.shape[spatial + 1];
  if (in != kernel.shape[spatial] * a.groups || out % a.groups != 0) {
    return InvalidArgument(
        "expected {} input channels and a multiple of {} output channels for "
        "kernel {}, received {}",
        kernel.shape[spatial] * a.groups, a.groups, kernel.ToString(), x.ToString());
  }
  Type y = x;
  for (int i = 0; i < spatial; ++i) {
    const size_t k = static_cast<size_t>(i);
    y.shape[i + 1] = WindowedLength(x.shape[i + 1], kernel.shape[i], a.strides[k], a.padding_low[k],
                                    a.padding_high[k], a.dilation[k]);
    if (kernel.shape[i] < 1 || y.shape[i + 1] < 1) {
      return InvalidArgument("expected a window that fits on spatial axis {}, received {} over {}",
                             i, kernel.ToString(), x.ToString());
    }
  }
  y.shape[spatial + 1] = out;
  return y;
}

absl::StatusOr<Type> InferGradient(const Type& x, const Type& kernel, const Type& dy,
                                   const ConvAttrs& a) {
  ASSIGN_OR_RETURN(const Type expected, InferConv(x, kernel, a));
  return ExpectSameType(expected, dy).ok() ? absl::StatusOr<Type>(expected)
                                           : InvalidArgument("expected dy as {}, received {}",
                                                             expected.ToString(), dy.ToString());
}

}  // namespace

const OpDef kConv = Op<ConvAttrs>{
    .name = "conv",
    .doc = "y_{n,p,o} = sum_{k,i} x_{n, p*stride + k*dilation - low, i} kernel_{k,i,o}",
    .infer = [](std::span<const Type> x, const ConvAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      return InferConv(x[0], x[1], a);
    },
    .gradient =
        [](Operands x, Value, Value dy, const ConvAttrs& a) {
          return Grads{ConvInputGradient(dy, x[1], a, x[0].shape()),
                       ConvKernelGradient(x[0], dy, a, x[1].shape())};
        },
};

const OpDef kConvInputGradient = Op<ConvGradientAttrs>{
    .name = "conv_input_gradient",
    .doc = "the gradient of conv in x, of shape `shape`. Operands: dy, kernel",
    .infer = [](std::span<const Type> x, const ConvGradientAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      const Type result{x[0].dtype, a.shape};
      RETURN_IF_ERROR(InferGradient(result, x[1], x[0], a.conv).status());
      return result;
    },
    .gradient =
        [](Operands x, Value, Value dy, const ConvGradientAttrs& a) {
          return Grads{Conv(dy, x[1], a.conv), ConvKernelGradient(dy, x[0], a.conv, x[1].shape())};
        },
};

const OpDef kConvKernelGradient = Op<ConvGradientAttrs>{
    .name = "conv_kernel_gradient",
    .doc = "the gradient of conv in the kernel, of shape `shape`. Operands: x, dy",
    .infer = [](std::span<const Type> x, const ConvGradientAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      const Type result{x[0].dtype, a.shape};
      RETURN_IF_ERROR(InferGradient(x[0], result, x[1], a.conv).status());
      return result;
    },
    .gradient =
        [](Operands x, Value, Value dy, const ConvGradientAttrs& a) {
          return Grads{ConvInputGradient(x[1], dy, a.conv, x[0].shape()), Conv(x[0], dy, a.conv)};
        },
};

Value Conv(Value x, Value kernel, ConvAttrs attrs) {
  const DType dtype = Promote(x.dtype(), kernel.dtype());
  return x.builder().Add(kConv, {{Cast(x, dtype), Cast(kernel, dtype)}}, std::move(attrs));
}

Value ConvInputGradient(Value dy, Value kernel, ConvAttrs conv, Shape shape) {
  return dy.builder().Add(kConvInputGradient, {{dy, kernel}},
                          ConvGradientAttrs{std::move(conv), std::move(shape)});
}

Value ConvKernelGradient(Value x, Value dy, ConvAttrs conv, Shape shape) {
  return x.builder().Add(kConvKernelGradient, {{x, dy}},
                         ConvGradientAttrs{std::move(conv), std::move(shape)});
}

void RegisterConv(OpRegistry& ops) {
  for (const OpDef* op : {&kConv, &kConvInputGradient, &kConvKernelGradient, &kConvOutFirst})
    ops.Add(*op);
}

}  // namespace tricorn::ops
