#include "core/keras/layers/convolutional/separable_conv.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
ConvWindow SeparableConv<Derived, N>::window() const {
  const SeparableConvConfig<N>& c = this->config_;
  return {.kernel_size = c.kernel_size.ToVector(),
          .strides = c.strides.ToVector(),
          .dilation_rate = c.dilation_rate.ToVector(),
          .padding = c.padding};
}

template <typename Derived, int N>
absl::Status SeparableConv<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const SeparableConvConfig<N>& c = this->config_;
  RETURN_IF_ERROR(ExpectPositive("filters", c.filters));
  RETURN_IF_ERROR(ExpectPositive("depth_multiplier", c.depth_multiplier));
  RETURN_IF_ERROR(CheckWindow(window()));
  RETURN_IF_ERROR(ExpectRank(inputs, N + 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], ChannelAxis(c.data_format, N + 2)));
  std::vector<int64_t> depthwise = c.kernel_size.ToVector();
  depthwise.insert(depthwise.end(), {in, c.depth_multiplier});
  std::vector<int64_t> pointwise(N, 1);
  pointwise.insert(pointwise.end(), {in * c.depth_multiplier, c.filters});
  depthwise_kernel_ = this->AddWeight({.name = "depthwise_kernel",
                                       .shape = Shape(std::move(depthwise)),
                                       .initializer = c.depthwise_initializer,
                                       .regularizer = c.depthwise_regularizer,
                                       .constraint = c.depthwise_constraint});
  pointwise_kernel_ = this->AddWeight({.name = "pointwise_kernel",
                                       .shape = Shape(std::move(pointwise)),
                                       .initializer = c.pointwise_initializer,
                                       .regularizer = c.pointwise_regularizer,
                                       .constraint = c.pointwise_constraint});
  if (!c.use_bias) return absl::OkStatus();
  bias_ = this->AddWeight({.name = "bias",
                           .shape = {c.filters},
                           .initializer = c.bias_initializer,
                           .regularizer = c.bias_regularizer,
                           .constraint = c.bias_constraint});
  return absl::OkStatus();
}

template <typename Derived, int N>
ir::Value SeparableConv<Derived, N>::Call(CallContext& context, ir::Value input) {
  const ir::Value x = ToChannelsLast(input, this->config_.data_format);
  const ir::Value depthwise =
      ConvolveDepthwise(x, this->Weight(context, depthwise_kernel_), window());
  const std::vector<int64_t> ones(N, 1);
  const ConvWindow point{.kernel_size = ones, .strides = ones, .dilation_rate = ones};
  ir::Value y = ops::Conv(depthwise, this->Weight(context, pointwise_kernel_),
                          ToConvAttrs(point, depthwise.shape()));
  if (bias_ != nullptr) y = y + this->Weight(context, bias_);
  return this->config_.activation(FromChannelsLast(y, this->config_.data_format));
}

template class SeparableConv<SeparableConv1D, 1>;
template class SeparableConv<SeparableConv2D, 2>;

}  // namespace tricorn::keras::layers
