#pragma once

#include <optional>
#include <string>

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/window_padding.h"

namespace tricorn::keras {

struct STFTSpectrogramConfig {
  std::string mode = "log";
  int64_t frame_length = 256;
  std::optional<int64_t> frame_step = std::nullopt;  // half of frame_length when none
  std::optional<int64_t> fft_length = std::nullopt;  // the next power of two when none
  Json window = "hann";
  bool periodic = false;
  std::optional<std::string> scaling = "density";
  WindowPadding padding = WindowPadding::kValid;
  bool expand_dims = false;
  DataFormat data_format = DefaultDataFormat();
  FIELDS(mode, frame_length, frame_step, fft_length, window, periodic, scaling, padding,
         expand_dims, data_format)
};

namespace layers {

// The short-time Fourier transform of each channel, as convolutions.
//   mode: "real", "imag" or both ("stft"), "magnitude", its logarithm ("log"), power with both
//   sides of the spectrum ("psd"), "angle"
// Inputs:   x (batch, time, channels) or (batch, channels, time), floating.
// Outputs:  (batch, frames, channels * frequencies), frames last with channels first;
//           expand_dims: (batch, frames, frequencies, channels), or (batch, channels, frames,
//           frequencies).
// Weights:  real_kernel, imag_kernel (frame_length, 1, fft_length / 2 + 1), those that mode needs.
// Errors:   InvalidArgument for an unknown mode, window or scaling, or lengths that do not fit.
// Source:   Keras 3 `STFTSpectrogram`.
class STFTSpectrogram : public LayerWith<STFTSpectrogram, STFTSpectrogramConfig> {
 public:
  static constexpr std::string_view kClassName = "STFTSpectrogram";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  absl::Status CheckArguments() const;
  int64_t frame_step() const { return config_.frame_step.value_or(config_.frame_length / 2); }
  // x (batch * channels, time, 1) convolved: (batch, channels, frames, frequencies).
  ir::Value Transform(CallContext& context, ir::Value x, const Variable* kernel,
                      int64_t batch) const;

  const Variable* real_kernel_ = nullptr;
  const Variable* imag_kernel_ = nullptr;
};

}  // namespace layers

using STFTSpectrogram = LayerOf<layers::STFTSpectrogram>;

}  // namespace tricorn::keras
