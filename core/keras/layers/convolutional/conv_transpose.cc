#include "core/keras/layers/convolutional/conv_transpose.h"

#include <algorithm>

#include "core/keras/layers/convolutional/conv_window.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {
namespace {

// One axis of the convolution whose transpose this is, and the length of its input: our output.
struct TransposedAxis {
  int64_t low;
  int64_t high;
  int64_t length;
};

// Source: Keras's conversion of padding arguments, which places the output like TensorFlow does.
TransposedAxis Transposed(int64_t length, int64_t kernel, int64_t stride, bool same,
                          std::optional<int64_t> output_padding) {
  int64_t left = kernel - 1;
  int64_t right = kernel - 1 + output_padding.value_or(std::max(kernel, stride) - kernel);
  if (same) {
    const int64_t total =
        output_padding ? kernel + kernel % 2 - 2 + *output_padding : stride + kernel - 2;
    left = std::min(total / 2 + total % 2, kernel - 1);
    right = total - left;
  }
  return {.low = kernel - 1 - left,
          .high = std::max<int64_t>(kernel - 1 - right, 0),
          .length = (length - 1) * stride + left + right - kernel + 2};
}

}  // namespace

template <typename Derived, int N>
absl::Status ConvTranspose<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const ConvTransposeConfig<N>& c = this->config_;
  RETURN_IF_ERROR(ExpectPositive("filters", c.filters));
  for (int i = 0; i < N; ++i) {
    RETURN_IF_ERROR(ExpectPositive("kernel_size", c.kernel_size[i]));
    RETURN_IF_ERROR(ExpectPositive("strides", c.strides[i]));
    RETURN_IF_ERROR(ExpectPositive("dilation_rate", c.dilation_rate[i]));
    if (c.output_padding &&
        ((*c.output_padding)[i] < 0 || (*c.output_padding)[i] >= c.strides[i])) {
      return InvalidArgument("output_padding: expected less than strides, received {}",
                             (*c.output_padding)[i]);
    }
  }
  if (c.padding == WindowPadding::kCausal) {
    return InvalidArgument("padding: expected 'valid' or 'same', received 'causal'");
  }
  RETURN_IF_ERROR(ExpectRank(inputs, N + 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], ChannelAxis(c.data_format, N + 2)));
  std::vector<int64_t> shape = c.kernel_size.ToVector();
  shape.insert(shape.end(), {c.filters, in});
  kernel_ = this->AddWeight({.name = "kernel",
                             .shape = Shape(std::move(shape)),
                             .initializer = c.kernel_initializer,
                             .regularizer = c.kernel_regularizer,
                             .constraint = c.kernel_constraint});
  if (!c.use_bias) return absl::OkStatus();
  bias_ = this->AddWeight({.name = "bias",
                           .shape = {c.filters},
                           .initializer = c.bias_initializer,
                           .regularizer = c.bias_regularizer,
                           .constraint = c.bias_constraint});
  return absl::OkStatus();
}

template <typename Derived, int N>
ir::Value ConvTranspose<Derived, N>::Call(CallContext& context, ir::Value input) {
  const ConvTransposeConfig<N>& c = this->config_;
  const ir::Value x = ToChannelsLast(input, c.data_format);
  ops::ConvAttrs conv{.strides = c.strides.ToVector(),
                      .padding_low = {},
                      .padding_high = {},
                      .dilation = c.dilation_rate.ToVector(),
                      .groups = 1};
  std::vector<int64_t> shape = {x.dim(0)};
  for (int i = 0; i < N; ++i) {
    const TransposedAxis axis = Transposed(
        x.dim(i + 1), (c.kernel_size[i] - 1) * c.dilation_rate[i] + 1, c.strides[i],
        c.padding == WindowPadding::kSame,
        c.output_padding ? std::optional<int64_t>((*c.output_padding)[i]) : std::nullopt);
    conv.padding_low.push_back(axis.low);
    conv.padding_high.push_back(axis.high);
    shape.push_back(axis.length);
  }
  shape.push_back(c.filters);
  ir::Value y = ops::ConvInputGradient(x, this->Weight(context, kernel_), std::move(conv),
                                       Shape(std::move(shape)));
  if (bias_ != nullptr) y = y + this->Weight(context, bias_);
  return c.activation(FromChannelsLast(y, c.data_format));
}

template class ConvTranspose<Conv1DTranspose, 1>;
template class ConvTranspose<Conv2DTranspose, 2>;
template class ConvTranspose<Conv3DTranspose, 3>;

}  // namespace tricorn::keras::layers
