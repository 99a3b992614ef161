#include "core/keras/layers/convolutional/conv_window.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

ops::ConvAttrs ToConvAttrs(const ConvWindow& window, const Shape& x) {
  ops::ConvAttrs attrs{.strides = window.strides,
                       .padding_low = {},
                       .padding_high = {},
                       .dilation = window.dilation_rate,
                       .groups = window.groups};
  const ops::Padding padding =
      window.padding == WindowPadding::kSame ? ops::Padding::kSame : ops::Padding::kValid;
  for (size_t i = 0; i < window.strides.size(); ++i) {
    const int axis = static_cast<int>(i) + 1;
    const int64_t length = axis < x.rank() ? x[axis] : 1;
    ops::AxisPadding pad = ops::ResolvePadding(padding, length, window.kernel_size[i],
                                               window.strides[i], window.dilation_rate[i]);
    if (window.padding == WindowPadding::kCausal) {
      pad.low = window.dilation_rate[i] * (window.kernel_size[i] - 1);
    }
    attrs.padding_low.push_back(pad.low);
    attrs.padding_high.push_back(pad.high);
  }
  return attrs;
}

absl::Status CheckWindow(const ConvWindow& window) {
  bool strided = false;
  bool dilated = false;
  for (size_t i = 0; i < window.strides.size(); ++i) {
    RETURN_IF_ERROR(ExpectPositive("kernel_size", window.kernel_size[i]));
    RETURN_IF_ERROR(ExpectPositive("strides", window.strides[i]));
    RETURN_IF_ERROR(ExpectPositive("dilation_rate", window.dilation_rate[i]));
    strided |= window.strides[i] > 1;
    dilated |= window.dilation_rate[i] > 1;
  }
  if (strided && dilated) {
    return InvalidArgument("strides: expected 1 together with a dilation_rate above 1");
  }
  if (window.padding == WindowPadding::kCausal && window.strides.size() != 1) {
    return InvalidArgument("padding: expected 'valid' or 'same', received 'causal'");
  }
  return absl::OkStatus();
}

ir::Value ConvolveDepthwise(ir::Value x, ir::Value kernel, ConvWindow window) {
  window.groups = x.dim(-1);
  std::vector<int64_t> shape = kernel.shape().dims();
  shape[shape.size() - 2] = 1;
  shape.back() = kernel.dim(-2) * kernel.dim(-1);
  return ops::Conv(x, ops::Reshape(kernel, Shape(std::move(shape))),
                   ToConvAttrs(window, x.shape()));
}

}  // namespace tricorn::keras
