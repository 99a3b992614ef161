#pragma once

#include <vector>

#include "core/keras/layers/window_padding.h"
#include "core/ops/conv/conv.h"

namespace tricorn::keras {

// How a convolution slides, by Keras's arguments, one entry a spatial axis.
struct ConvWindow {
  std::vector<int64_t> kernel_size;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilation_rate;
  WindowPadding padding = WindowPadding::kValid;
  int64_t groups = 1;
};

// What ops::Conv takes for x (batch, spatial..., channels).
ops::ConvAttrs ToConvAttrs(const ConvWindow& window, const Shape& x);

// Errors: InvalidArgument for sizes, strides or rates below 1, for strides together with dilation,
// and for causal padding of more than one axis.
absl::Status CheckWindow(const ConvWindow& window);

// kernel (spatial..., channels, multiplier) as the one of a convolution in as many groups as
// channels.
ir::Value ConvolveDepthwise(ir::Value x, ir::Value kernel, ConvWindow window);

}  // namespace tricorn::keras
