#include "core/keras/layers/convolutional/depthwise_conv.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
ConvWindow DepthwiseConv<Derived, N>::window() const {
  const DepthwiseConvConfig<N>& c = this->config_;
  return {.kernel_size = c.kernel_size.ToVector(),
          .strides = c.strides.ToVector(),
          .dilation_rate = c.dilation_rate.ToVector(),
          .padding = c.padding};
}

template <typename Derived, int N>
absl::Status DepthwiseConv<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const DepthwiseConvConfig<N>& c = this->config_;
  RETURN_IF_ERROR(ExpectPositive("depth_multiplier", c.depth_multiplier));
  RETURN_IF_ERROR(CheckWindow(window()));
  RETURN_IF_ERROR(ExpectRank(inputs, N + 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], ChannelAxis(c.data_format, N + 2)));
  std::vector<int64_t> shape = c.kernel_size.ToVector();
  shape.insert(shape.end(), {in, c.depth_multiplier});
  kernel_ = this->AddWeight({.name = "kernel",
                             .shape = Shape(std::move(shape)),
                             .initializer = c.depthwise_initializer,
                             .regularizer = c.depthwise_regularizer,
                             .constraint = c.depthwise_constraint});
  if (!c.use_bias) return absl::OkStatus();
  bias_ = this->AddWeight({.name = "bias",
                           .shape = {in * c.depth_multiplier},
                           .initializer = c.bias_initializer,
                           .regularizer = c.bias_regularizer,
                           .constraint = c.bias_constraint});
  return absl::OkStatus();
}

template <typename Derived, int N>
ir::Value DepthwiseConv<Derived, N>::Call(CallContext& context, ir::Value input) {
  const ir::Value x = ToChannelsLast(input, this->config_.data_format);
  ir::Value y = ConvolveDepthwise(x, this->Weight(context, kernel_), window());
  if (bias_ != nullptr) y = y + this->Weight(context, bias_);
  return this->config_.activation(FromChannelsLast(y, this->config_.data_format));
}

template class DepthwiseConv<DepthwiseConv1D, 1>;
template class DepthwiseConv<DepthwiseConv2D, 2>;

}  // namespace tricorn::keras::layers
