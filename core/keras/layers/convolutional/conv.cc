#include "core/keras/layers/convolutional/conv.h"

#include "core/keras/layers/input_checks.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras::layers {

template <typename Derived, int N>
ConvWindow Conv<Derived, N>::window() const {
  const ConvConfig<N>& c = this->config_;
  return {.kernel_size = c.kernel_size.ToVector(),
          .strides = c.strides.ToVector(),
          .dilation_rate = c.dilation_rate.ToVector(),
          .padding = c.padding,
          .groups = c.groups};
}

template <typename Derived, int N>
absl::Status Conv<Derived, N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const ConvConfig<N>& c = this->config_;
  RETURN_IF_ERROR(ExpectPositive("filters", c.filters));
  RETURN_IF_ERROR(ExpectPositive("groups", c.groups));
  RETURN_IF_ERROR(CheckWindow(window()));
  RETURN_IF_ERROR(ExpectRank(inputs, N + 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], ChannelAxis(c.data_format, N + 2)));
  if (in % c.groups != 0 || c.filters % c.groups != 0) {
    return InvalidArgument("groups: expected a divisor of {} channels and {} filters, received {}",
                           in, c.filters, c.groups);
  }
  std::vector<int64_t> shape = c.kernel_size.ToVector();
  shape.insert(shape.end(), {in / c.groups, c.filters});
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
ir::Value Conv<Derived, N>::Call(CallContext& context, ir::Value input) {
  const ir::Value x = ToChannelsLast(input, this->config_.data_format);
  ir::Value y = ops::Conv(x, this->Weight(context, kernel_), ToConvAttrs(window(), x.shape()));
  if (bias_ != nullptr) y = y + this->Weight(context, bias_);
  return this->config_.activation(FromChannelsLast(y, this->config_.data_format));
}

template class Conv<Conv1D, 1>;
template class Conv<Conv2D, 2>;
template class Conv<Conv3D, 3>;

}  // namespace tricorn::keras::layers
