#include "core/keras/layers/audio/mel_spectrogram.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/keras/initializers/window.h"
#include "core/keras/layers/input_checks.h"
#include "core/ops/conv/conv.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/image/batch.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

double HertzToMel(double hertz) { return 1127 * std::log1p(hertz / 700); }

// The last axis of x (rows, time) with `margin` elements more at both ends, reflected.
ir::Value ReflectEnds(ir::Value x, int64_t margin) {
  const int64_t length = x.dim(1), turn = std::max<int64_t>(2 * (length - 1), 1);
  const ir::Value at = ops::image::Range(x.builder(), DType::kI64, length + 2 * margin) - margin;
  const ir::Value within = ops::Mod(at, turn);
  return ops::Take(x, ops::Minimum(within, turn - within), 1);
}

}  // namespace

absl::Status MelSpectrogram::BuildFrom(std::span<const SymbolicType> inputs) {
  constexpr int64_t kLongest = 8192;  // the kernel has its square of numbers
  constexpr int64_t kMostBins = 1 << 16;
  const int64_t length = config_.sequence_length.value_or(config_.fft_length);
  if (config_.fft_length > kLongest) {
    return Unimplemented("fft_length: expected at most {}, received {}", kLongest,
                         config_.fft_length);
  }
  if (length < 1 || length > config_.fft_length || config_.fft_length < 2) {
    return InvalidArgument(
        "sequence_length: expected a number within [1, fft_length], received {} "
        "of {}",
        length, config_.fft_length);
  }
  RETURN_IF_ERROR(ExpectPositive("sequence_stride", config_.sequence_stride));
  RETURN_IF_ERROR(ExpectPositive("num_mel_bins", config_.num_mel_bins));
  if (config_.num_mel_bins > kMostBins) {
    return InvalidArgument("num_mel_bins: expected at most {}, received {}", kMostBins,
                           config_.num_mel_bins);
  }
  if (inputs.size() != 1 || (inputs[0].rank() != 1 && inputs[0].rank() != 2)) {
    return InvalidArgument("expected audio (batch, time) or (time,)");
  }
  std::vector<double> window(static_cast<size_t>(length), 1);
  if (config_.window == Json("hann") || config_.window == Json("hamming")) {
    ASSIGN_OR_RETURN(window, Window(config_.window.AsString(), length, true));
  } else if (!config_.window.is_null()) {
    return InvalidArgument("window: expected 'hann', 'hamming' or null, received {}",
                           config_.window.Dump().substr(0, 40));
  }
  // Without a window Keras takes the whole of fft_length.
  window_.assign(static_cast<size_t>(config_.fft_length), config_.window.is_null() ? 1 : 0);
  std::copy(window.begin(), window.end(), window_.begin() + (config_.fft_length - length) / 2);
  return absl::OkStatus();
}

Tensor MelSpectrogram::FourierKernel() const {
  const int64_t n = config_.fft_length, count = frequencies();
  Tensor kernel = Tensor::Uninitialized(DType::kF64, {n, 1, 2 * count});
  for (int64_t t = 0; t < n; ++t) {
    double* row = kernel.data<double>() + t * 2 * count;
    for (int64_t f = 0; f < count; ++f) {
      const double angle =
          2 * std::numbers::pi * static_cast<double>(t * f % n) / static_cast<double>(n);
      row[f] = window_[static_cast<size_t>(t)] * std::cos(angle);
      row[count + f] = -window_[static_cast<size_t>(t)] * std::sin(angle);
    }
  }
  return kernel;
}

Tensor MelSpectrogram::MelMatrix() const {
  const int64_t bins = config_.num_mel_bins;
  const double low = HertzToMel(config_.min_freq);
  const double high = HertzToMel(config_.max_freq.value_or(std::floor(config_.sampling_rate / 2)));
  const double step = (high - low) / static_cast<double>(bins + 1);
  Tensor matrix(DType::kF64, {frequencies(), bins});
  for (int64_t f = 1; f < frequencies(); ++f) {
    const double hertz =
        config_.sampling_rate / 2 * static_cast<double>(f) / static_cast<double>(frequencies() - 1);
    for (int64_t bin = 0; bin < bins; ++bin) {
      // In steps from the lower edge of the band, whose middle is at 1.
      const double at = (HertzToMel(hertz) - low) / step - static_cast<double>(bin);
      matrix.data<double>()[f * bins + bin] = std::max(0.0, std::min(at, 2 - at));
    }
  }
  return matrix;
}

ir::Value MelSpectrogram::Call(CallContext& context, ir::Value x) {
  const DType dtype = compute_dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
  const bool single = x.rank() == 1;
  x = ops::Cast(single ? ops::ExpandDims(x, {0}) : x, dtype);
  x = ops::ExpandDims(ReflectEnds(x, config_.fft_length / 2), {2});
  const auto constant = [&](const Tensor& value) {
    return context.builder().Constant(value.Cast(dtype));
  };
  const ir::Value parts =
      ops::Conv(x, constant(FourierKernel()), {{config_.sequence_stride}, {0}, {0}, {1}, 1});
  const ir::Value squares = ops::Square(parts);
  ir::Value y = ops::SliceAxis(squares, 2, 0, frequencies()) +
                ops::SliceAxis(squares, 2, frequencies(), 2 * frequencies());
  if (config_.mag_exp != 2) y = ops::Power(y, config_.mag_exp / 2);
  y = ops::Tensordot(y, constant(MelMatrix()), {2}, {0});
  if (config_.power_to_db) {
    const double reference = std::max(std::abs(config_.ref_power), config_.min_power);
    y = ops::Log(ops::Maximum(y, config_.min_power)) * (10 / std::numbers::ln10) -
        10 * std::log10(reference);
    y = ops::Maximum(y, ops::Max(y) - config_.top_db);
  }
  y = ops::Cast(ops::SwapAxes(y, 1, 2), compute_dtype());
  return single ? ops::Squeeze(y, {0}) : y;
}

}  // namespace tricorn::keras::layers
