#include "core/keras/layers/convolutional/conv_transpose.h"

#include "core/keras/layers/convolutional/conv_window.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {
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
  const ops::Padding padding =
      c.padding == WindowPadding::kSame ? ops::Padding::kSame : ops::Padding::kValid;
  ir::Value y = ops::ConvTranspose(
      x, this->Weight(context, kernel_),
      {.strides = c.strides.ToVector(), .padding = padding, .dilation = c.dilation_rate.ToVector()},
      c.output_padding ? std::optional(c.output_padding->ToVector()) : std::nullopt);
  if (bias_ != nullptr) y = y + this->Weight(context, bias_);
  return c.activation(FromChannelsLast(y, c.data_format));
}

template class ConvTranspose<Conv1DTranspose, 1>;
template class ConvTranspose<Conv2DTranspose, 2>;
template class ConvTranspose<Conv3DTranspose, 3>;

}  // namespace tricorn::keras::layers
