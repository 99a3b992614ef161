#include "core/keras/layers/audio/stft_spectrogram.h"

#include <bit>

#include "core/keras/initializers/stft.h"
#include "core/keras/layers/input_checks.h"
#include "core/keras/settings/settings.h"
#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {

absl::Status STFTSpectrogram::CheckArguments() const {
  constexpr int64_t kLongest = int64_t{1} << 30;
  if (config_.frame_length < 2 || config_.frame_length > kLongest) {
    return InvalidArgument("frame_length: expected a number within [2, {}], received {}", kLongest,
                           config_.frame_length);
  }
  if (frame_step() < 1 || frame_step() > config_.frame_length) {
    return InvalidArgument("frame_step: expected a number within [1, {}], received {}",
                           config_.frame_length, frame_step());
  }
  const int64_t fft_length = config_.fft_length.value_or(config_.frame_length);
  if (fft_length < config_.frame_length || fft_length > kLongest) {
    return InvalidArgument("fft_length: expected a number within [{}, {}], received {}",
                           config_.frame_length, kLongest, fft_length);
  }
  if (config_.padding == WindowPadding::kCausal) {
    return InvalidArgument("padding: expected 'valid' or 'same', received 'causal'");
  }
  for (const std::string_view mode : {"log", "magnitude", "psd", "real", "imag", "angle", "stft"}) {
    if (config_.mode == mode) return absl::OkStatus();
  }
  return InvalidArgument(
      "mode: expected 'log', 'magnitude', 'psd', 'real', 'imag', 'angle' or 'stft', received '{}'",
      config_.mode);
}

absl::Status STFTSpectrogram::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(CheckArguments());
  RETURN_IF_ERROR(ExpectRank(inputs, 3));
  const auto next_power =
      static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(config_.frame_length)));
  const Shape shape{config_.frame_length, 1, config_.fft_length.value_or(next_power) / 2 + 1};
  const auto add = [&](const std::string& side) {
    return AddWeight({.name = side + "_kernel",
                      .shape = shape,
                      .initializer = std::shared_ptr<const Initializer>(std::make_shared<Stft>(
                          StftConfig{side, config_.window, config_.scaling, config_.periodic}))});
  };
  if (config_.mode != "imag") real_kernel_ = add("real");
  if (config_.mode != "real") imag_kernel_ = add("imag");
  return absl::OkStatus();
}

ir::Value STFTSpectrogram::Transform(CallContext& context, ir::Value x, const Variable* kernel,
                                     int64_t batch) const {
  const auto padding =
      config_.padding == WindowPadding::kSame ? ops::Padding::kSame : ops::Padding::kValid;
  const ops::AxisPadding ends =
      ops::ResolvePadding(padding, x.dim(1), config_.frame_length, frame_step());
  const ir::Value y = ops::Conv(x, ops::Cast(Weight(context, kernel), x.dtype()),
                                {{frame_step()}, {ends.low}, {ends.high}, {1}, 1});
  return ops::Reshape(y, {batch, -1, y.dim(1), y.dim(2)});
}

ir::Value STFTSpectrogram::Call(CallContext& context, ir::Value x) {
  const bool last = config_.data_format == DataFormat::kChannelsLast;
  const int64_t batch = x.dim(0);
  if (last) x = ops::SwapAxes(x, 1, 2);
  x = ops::Reshape(x, {-1, x.dim(2), 1});
  const ir::Value real = real_kernel_ ? Transform(context, x, real_kernel_, batch) : ir::Value();
  const ir::Value imag = imag_kernel_ ? Transform(context, x, imag_kernel_, batch) : ir::Value();
  // (batch, channels, frames, frequencies) as the config asks.
  const auto arrange = [&](ir::Value y) {
    if (config_.expand_dims) return last ? ops::Transpose(y, {0, 2, 3, 1}) : y;
    y = last ? ops::Transpose(y, {0, 2, 1, 3}) : ops::SwapAxes(y, 2, 3);
    return last ? ops::Reshape(y, {y.dim(0), y.dim(1), -1})
                : ops::Reshape(y, {y.dim(0), -1, y.dim(3)});
  };
  if (config_.mode == "real") return arrange(real);
  if (config_.mode == "imag") return arrange(imag);
  if (config_.mode == "angle") return arrange(ops::Arctan2(imag, real));
  if (config_.mode == "stft") return arrange(ops::Concatenate({{real, imag}}, -1));
  const ir::Value power = ops::Square(real) + ops::Square(imag);
  if (config_.mode == "psd") {
    const ir::Value inner = ops::SliceAxis(power, -1, 1, power.dim(-1) - 1);
    return arrange(power + ops::Pad(inner, {0, 0, 0, 1}, {0, 0, 0, 1}));
  }
  const ir::Value magnitude = ops::Sqrt(ops::Maximum(power, Epsilon()));
  if (config_.mode == "magnitude") return arrange(magnitude);
  return arrange(ops::Log(ops::Maximum(magnitude, Epsilon())));
}

}  // namespace tricorn::keras::layers
