#include <algorithm>

#include "core/ops/conv/conv.h"

namespace tricorn::ops {
namespace {

// One axis of the convolution whose transpose this is, and the length of its input: our result.
struct TransposedAxis {
  int64_t low;
  int64_t high;
  int64_t length;
};

// `window` is the kernel's length spread by dilation.
// Source: Keras's conversion of padding arguments, which places the output like TensorFlow does.
TransposedAxis Transposed(int64_t length, int64_t window, int64_t stride, Padding padding,
                          std::optional<int64_t> output_padding) {
  int64_t left = window - 1;
  int64_t right = window - 1 + output_padding.value_or(std::max(window, stride) - window);
  if (padding == Padding::kSame) {
    const int64_t total =
        output_padding ? window + window % 2 - 2 + *output_padding : stride + window - 2;
    left = std::min(total / 2 + total % 2, window - 1);
    right = total - left;
  }
  return {.low = window - 1 - left,
          .high = std::max<int64_t>(window - 1 - right, 0),
          .length = (length - 1) * stride + left + right - window + 2};
}

}  // namespace

Value ConvTranspose(Value x, Value kernel, const ConvOptions& options,
                    const std::optional<Axes>& output_padding) {
  const size_t count = options.strides.size();
  if (x.rank() != static_cast<int>(count) + 2 || kernel.rank() != x.rank() ||
      options.dilation.size() != count || (output_padding && output_padding->size() != count)) {
    return Error(x, InvalidArgument("conv_transpose: expected {} spatial axes, received {} and {}",
                                    count, x.type().ToString(), kernel.type().ToString()));
  }
  ConvAttrs conv{.strides = options.strides, .dilation = options.dilation};
  std::vector<int64_t> shape = {x.dim(0)};
  for (size_t i = 0; i < count; ++i) {
    const int64_t window = (kernel.dim(static_cast<int>(i)) - 1) * options.dilation[i] + 1;
    const TransposedAxis axis =
        Transposed(x.dim(static_cast<int>(i) + 1), window, options.strides[i], options.padding,
                   output_padding ? std::optional<int64_t>((*output_padding)[i]) : std::nullopt);
    conv.padding_low.push_back(axis.low);
    conv.padding_high.push_back(axis.high);
    shape.push_back(axis.length);
  }
  shape.push_back(kernel.dim(-2));
  return ConvInputGradient(x, kernel, std::move(conv), Shape(std::move(shape)));
}

}  // namespace tricorn::ops
