#include "core/keras/layers/recurrent/conv_lstm.h"

#include "core/keras/layers/input_checks.h"
#include "core/keras/layers/recurrent/dense_cell.h"
#include "core/keras/layers/recurrent/forget_bias.h"
#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

// The length of each spatial axis of a convolution's result.
absl::StatusOr<std::vector<int64_t>> ConvolvedLengths(const ConvWindow& window,
                                                      const std::vector<int64_t>& lengths) {
  const ops::Padding padding =
      window.padding == WindowPadding::kSame ? ops::Padding::kSame : ops::Padding::kValid;
  std::vector<int64_t> result;
  for (size_t i = 0; i < lengths.size(); ++i) {
    const ops::AxisPadding ends = ops::ResolvePadding(padding, lengths[i], window.kernel_size[i],
                                                      window.strides[i], window.dilation_rate[i]);
    result.push_back(ops::WindowedLength(lengths[i], window.kernel_size[i], window.strides[i],
                                         ends.low, ends.high, window.dilation_rate[i]));
    if (result.back() <= 0) {
      return InvalidArgument("kernel_size: expected a window within an axis of {}, received {}",
                             lengths[i], window.kernel_size[i]);
    }
  }
  return result;
}

}  // namespace

template <int N>
ConvWindow ConvLSTMCell<N>::window() const {
  const auto& c = this->config_;
  return {.kernel_size = c.kernel_size.ToVector(),
          .strides = c.strides.ToVector(),
          .dilation_rate = c.dilation_rate.ToVector(),
          .padding = c.padding};
}

template <int N>
absl::Status ConvLSTMCell<N>::BuildFrom(std::span<const SymbolicType> inputs) {
  const auto& c = this->config_;
  RETURN_IF_ERROR(ExpectPositive("filters", c.filters));
  RETURN_IF_ERROR(CheckWindow(window()));
  if (c.padding == WindowPadding::kCausal) {
    return InvalidArgument("padding: expected 'valid' or 'same', received 'causal'");
  }
  RETURN_IF_ERROR(CheckDropout("dropout", c.dropout));
  RETURN_IF_ERROR(CheckDropout("recurrent_dropout", c.recurrent_dropout));
  RETURN_IF_ERROR(ExpectRank(inputs, N + 2));
  ASSIGN_OR_RETURN(const int64_t in, ExpectKnownAxis(inputs[0], ChannelAxis(c.data_format, N + 2)));
  std::vector<int64_t> lengths;
  for (int i = 0; i < N; ++i) {
    ASSIGN_OR_RETURN(lengths.emplace_back(),
                     ExpectKnownAxis(inputs[0], FirstSpatialAxis(c.data_format) + i));
  }
  ASSIGN_OR_RETURN(std::vector<int64_t> state, ConvolvedLengths(window(), lengths));
  const bool last = c.data_format == DataFormat::kChannelsLast;
  state.insert(last ? state.end() : state.begin(), c.filters);
  state_shape_ = Shape(std::move(state));

  const auto kernel = [&](int64_t channels) {
    std::vector<int64_t> shape = c.kernel_size.ToVector();
    shape.insert(shape.end(), {channels, 4 * c.filters});
    return Shape(std::move(shape));
  };
  kernel_ = this->AddWeight({.name = "kernel",
                             .shape = kernel(in),
                             .initializer = c.kernel_initializer,
                             .regularizer = c.kernel_regularizer,
                             .constraint = c.kernel_constraint});
  recurrent_kernel_ = this->AddWeight({.name = "recurrent_kernel",
                                       .shape = kernel(c.filters),
                                       .initializer = c.recurrent_initializer,
                                       .regularizer = c.recurrent_regularizer,
                                       .constraint = c.recurrent_constraint});
  if (c.use_bias) {
    bias_ = this->AddWeight({.name = "bias",
                             .shape = {4 * c.filters},
                             .initializer = BiasInitializer(c.bias_initializer, c.unit_forget_bias),
                             .regularizer = c.bias_regularizer,
                             .constraint = c.bias_constraint});
  }
  if (c.dropout > 0 || c.recurrent_dropout > 0) seed_ = this->AddSeed(c.seed);
  return absl::OkStatus();
}

template <int N>
ir::Value ConvLSTMCell<N>::Convolve(ir::Value x, ir::Value kernel, ir::Operands masks,
                                    const ConvWindow& window) {
  if (masks.empty()) return ops::Conv(x, kernel, ToConvAttrs(window, x.shape()));
  const ir::Values kernels = ops::Split(kernel, 4, -1);
  ir::Values products;
  for (size_t i = 0; i < masks.size(); ++i) {
    products.push_back(ops::Conv(x * masks[i], kernels[i], ToConvAttrs(window, x.shape())));
  }
  return ops::Concatenate(products, -1);
}

template <int N>
ir::Values ConvLSTMCell<N>::Constants(CallContext& context, const Shape&, int64_t batch) {
  const double rate = this->config_.recurrent_dropout;
  if (!context.training() || rate <= 0 || rate >= 1) return {};
  std::vector<int64_t> dims{batch};
  dims.insert(dims.end(), state_shape_.begin(), state_shape_.end());
  ir::Values masks =
      DropoutMasks(context, *seed_, {this->compute_dtype(), Shape(std::move(dims))}, rate, 4);
  for (ir::Value& mask : masks) mask = ToChannelsLast(mask, this->config_.data_format);
  return masks;
}

// Steps join the batch: a convolution sees them alike.
template <int N>
ir::Value ConvLSTMCell<N>::ProjectInput(CallContext& context, ir::Value input) {
  const auto& c = this->config_;
  const bool all_steps = input.rank() == N + 3;
  const auto begin = input.shape().begin() + (all_steps ? 1 : 0);
  const Shape step(std::vector<int64_t>(begin, input.shape().end()));
  ir::Values masks;
  if (context.training() && c.dropout > 0 && c.dropout < 1) {
    masks = DropoutMasks(context, *seed_, {input.dtype(), step}, c.dropout, 4);
  }
  const auto merged = [&](ir::Value x) {
    if (!all_steps) return ToChannelsLast(x, c.data_format);
    std::vector<int64_t> dims{input.dim(0) * step[0]};
    dims.insert(dims.end(), step.begin() + 1, step.end());
    return ToChannelsLast(ops::Reshape(x, Shape(std::move(dims))), c.data_format);
  };
  for (ir::Value& mask : masks) mask = merged(ops::BroadcastTo(mask, input.shape()));
  ir::Value z = Convolve(merged(input), this->Weight(context, kernel_), masks, window());
  if (bias_ != nullptr) z = z + this->Weight(context, bias_);
  if (!all_steps || !context.builder().ok()) return z;
  std::vector<int64_t> dims{input.dim(0), step[0]};
  dims.insert(dims.end(), z.shape().begin() + 1, z.shape().end());
  return ops::Reshape(z, Shape(std::move(dims)));
}

template <int N>
CellStep ConvLSTMCell<N>::Step(CallContext& context, ir::Value input, ir::Operands states,
                               ir::Operands constants) {
  const auto& config = this->config_;
  const ir::Value before = ToChannelsLast(states[0], config.data_format);
  const ConvWindow same{.kernel_size = config.kernel_size.ToVector(),
                        .strides = std::vector<int64_t>(N, 1),
                        .dilation_rate = std::vector<int64_t>(N, 1),
                        .padding = WindowPadding::kSame};
  const ir::Value product =
      Convolve(before, this->Weight(context, recurrent_kernel_), constants, same);
  const ir::Values z = ops::Split(input + product, 4, -1);
  const ir::Value i = config.recurrent_activation(z[0]);
  const ir::Value f = config.recurrent_activation(z[1]);
  const ir::Value c =
      f * ToChannelsLast(states[1], config.data_format) + i * config.activation(z[2]);
  const ir::Value h = FromChannelsLast(config.recurrent_activation(z[3]) * config.activation(c),
                                       config.data_format);
  return {h, {h, FromChannelsLast(c, config.data_format)}};
}

template <typename Derived, int N>
std::shared_ptr<RnnCell> ConvLSTM<Derived, N>::MakeCell(const ConvLSTMConfig<N>& c,
                                                        LayerOptions options) {
  return std::make_shared<ConvLSTMCell<N>>(
      ConvLSTMCellConfig<N>{.filters = c.filters,
                            .kernel_size = c.kernel_size,
                            .strides = c.strides,
                            .padding = c.padding,
                            .data_format = c.data_format,
                            .dilation_rate = c.dilation_rate,
                            .activation = c.activation,
                            .recurrent_activation = c.recurrent_activation,
                            .use_bias = c.use_bias,
                            .kernel_initializer = c.kernel_initializer,
                            .recurrent_initializer = c.recurrent_initializer,
                            .bias_initializer = c.bias_initializer,
                            .unit_forget_bias = c.unit_forget_bias,
                            .kernel_regularizer = c.kernel_regularizer,
                            .recurrent_regularizer = c.recurrent_regularizer,
                            .bias_regularizer = c.bias_regularizer,
                            .kernel_constraint = c.kernel_constraint,
                            .recurrent_constraint = c.recurrent_constraint,
                            .bias_constraint = c.bias_constraint,
                            .dropout = c.dropout,
                            .recurrent_dropout = c.recurrent_dropout,
                            .seed = c.seed},
      std::move(options));
}

template class ConvLSTM<ConvLSTM1D, 1>;
template class ConvLSTM<ConvLSTM2D, 2>;
template class ConvLSTM<ConvLSTM3D, 3>;

}  // namespace tricorn::keras::layers
