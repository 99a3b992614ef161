#include "core/ops/conv/conv.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The node's attributes for x and kernel; the error is the first argument that does not fit.
absl::StatusOr<ConvAttrs> ToAttrs(Value x, Value kernel, const ConvOptions& options,
                                  int64_t groups) {
  const size_t count = options.strides.size();
  if (x.rank() != static_cast<int>(count) + 2 || kernel.rank() != x.rank() ||
      options.dilation.size() != count) {
    return InvalidArgument("convolution: expected {} spatial axes, received {} and {}", count,
                           x.type().ToString(), kernel.type().ToString());
  }
  ConvAttrs attrs{.strides = options.strides, .dilation = options.dilation, .groups = groups};
  for (size_t i = 0; i < count; ++i) {
    const int axis = static_cast<int>(i);
    const AxisPadding padding = ResolvePadding(options.padding, x.dim(axis + 1), kernel.dim(axis),
                                               options.strides[i], options.dilation[i]);
    attrs.padding_low.push_back(padding.low);
    attrs.padding_high.push_back(padding.high);
  }
  return attrs;
}

Value Grouped(Value x, Value kernel, const ConvOptions& options, int64_t groups) {
  absl::StatusOr<ConvAttrs> attrs = ToAttrs(x, kernel, options, groups);
  return attrs.ok() ? Conv(x, kernel, *std::move(attrs)) : Error(x, attrs.status());
}

}  // namespace

Value Convolution(Value x, Value kernel, const ConvOptions& options) {
  const int64_t channels = kernel.dim(-2);
  if (channels < 1 || x.dim(-1) % channels != 0) {
    return Error(x, InvalidArgument("convolution: expected a multiple of {} channels, received {}",
                                    channels, x.type().ToString()));
  }
  return Grouped(x, kernel, options, x.dim(-1) / channels);
}

Value DepthwiseConv(Value x, Value kernel, const ConvOptions& options) {
  if (kernel.rank() < 3) {
    return Error(x, InvalidArgument("depthwise_conv: expected kernel (spatial..., channels, "
                                    "multiplier), received {}",
                                    kernel.type().ToString()));
  }
  std::vector<int64_t> shape = kernel.shape().dims();
  shape[shape.size() - 2] = 1;
  shape.back() = kernel.dim(-2) * kernel.dim(-1);
  return Grouped(x, Reshape(kernel, Shape(std::move(shape))), options, x.dim(-1));
}

Value SeparableConv(Value x, Value depthwise_kernel, Value pointwise_kernel,
                    const ConvOptions& options) {
  const Axes ones(options.strides.size(), 1);
  return Convolution(DepthwiseConv(x, depthwise_kernel, options), pointwise_kernel,
                     {.strides = ones, .dilation = ones});
}

}  // namespace tricorn::ops
