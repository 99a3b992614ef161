#pragma once

#include <optional>

#include "core/ops/op.h"

// Discrete Fourier transforms. There is no complex dtype: complex arrays are pairs of real and
// imaginary parts, as Keras's functions take and give them.

namespace tricorn::ops {

// y_k = sum over n of x_n e^(-2 pi i k n / N) over the last axis; e^(+...) if `inverse`, without
// the factor 1/N. Operands: re, im (floating, of one type). Results: re, im.
struct FftAttrs {
  bool inverse = false;
  FIELDS(inverse)
};
extern const OpDef kFft;

struct Complex {
  Value re;
  Value im;
};
Complex Fft(Complex x, int64_t axis = -1);
Complex InverseFft(Complex x, int64_t axis = -1);  // with the factor 1/N
// The first length / 2 + 1 of a real x's, cut or filled up with zeros to `length`.
Complex Rfft(Value x, std::optional<int64_t> length = std::nullopt);
// The real array of `length`, by default 2 (n - 1), whose Rfft is x.
Value Irfft(Complex x, std::optional<int64_t> length = std::nullopt);

// Stretches of `length` of the last axis, one every `stride`: (..., num, length).
Value ExtractSequences(Value x, int64_t length, int64_t stride);
// The other way, stretches (..., num, length) added where they overlap.
Value OverlapAdd(Value sequences, int64_t stride);

// Short-time transforms (..., num_sequences, fft_length / 2 + 1). `window` of sequence_length is
// centered in fft_length; `center` reflects x at its ends first.
struct StftOptions {
  int64_t sequence_length;
  int64_t sequence_stride;
  int64_t fft_length;
  Value window;  // none: all ones
  bool center = true;
};
Complex Stft(Value x, const StftOptions& options);
Value Istft(Complex x, const StftOptions& options, std::optional<int64_t> length);

}  // namespace tricorn::ops
