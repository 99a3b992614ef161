#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct MelSpectrogramConfig {
  int64_t fft_length = 2048;
  int64_t sequence_stride = 512;
  std::optional<int64_t> sequence_length = std::nullopt;  // fft_length when none
  Json window = "hann";
  double sampling_rate = 16000;
  int64_t num_mel_bins = 128;
  double min_freq = 20.0;
  std::optional<double> max_freq = std::nullopt;  // half of sampling_rate when none
  bool power_to_db = true;
  double top_db = 80.0;
  double mag_exp = 2.0;
  double min_power = 1e-10;
  double ref_power = 1.0;
  FIELDS(fft_length, sequence_stride, sequence_length, window, sampling_rate, num_mel_bins,
         min_freq, max_freq, power_to_db, top_db, mag_exp, min_power, ref_power)
};

namespace layers {

// The power of audio in bands of the mel scale: magnitudes of the short-time Fourier transform to
// the power mag_exp, summed by triangles; with power_to_db in decibel over ref_power, at most
// top_db below the greatest.
// Inputs:   x (batch, time) or (time,).   Outputs: (batch, num_mel_bins, frames), frames every
//           sequence_stride, their middles from 0 on.
// Errors:   InvalidArgument for a window other than "hann", "hamming" or none, or lengths that do
//           not fit; Unimplemented for an fft_length beyond 8192.
// Source:   Keras 3 `MelSpectrogram`.
class MelSpectrogram : public LayerWith<MelSpectrogram, MelSpectrogramConfig> {
 public:
  static constexpr std::string_view kClassName = "MelSpectrogram";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  int64_t frequencies() const { return config_.fft_length / 2 + 1; }
  Tensor FourierKernel() const;  // (fft_length, 1, 2 * frequencies)
  Tensor MelMatrix() const;      // (frequencies, num_mel_bins)

  std::vector<double> window_;  // fft_length values
};

}  // namespace layers

using MelSpectrogram = LayerOf<layers::MelSpectrogram>;

}  // namespace tricorn::keras
