// Short-time Fourier transforms.

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/fft/fft.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/shape/turning.h"

namespace tricorn::ops {
namespace {

// The position in x of each element of the stretches: (num, length).
Value Positions(Builder& builder, int64_t num, int64_t length, int64_t stride) {
  const Type type{DType::kI32, {num, length}};
  return Iota(builder, type, 0) * stride + Iota(builder, type, 1);
}

// The window in the middle of fft_length.
Value CenteredWindow(Value x, const StftOptions& o) {
  if (!o.window) return Full(x.builder(), {x.dtype(), {o.fft_length}}, 1);
  if (o.window.shape() != Shape{o.sequence_length}) {
    return Error(x, InvalidArgument("window: expected shape ({}), received {}", o.sequence_length,
                                    o.window.type().ToString()));
  }
  const int64_t low = (o.fft_length - o.sequence_length) / 2;
  return Pad(Cast(o.window, x.dtype()), {low}, {o.fft_length - o.sequence_length - low});
}

bool CheckOptions(Value x, const StftOptions& o) {
  if (o.sequence_length >= 1 && o.sequence_stride >= 1 && o.fft_length >= o.sequence_length &&
      IsFloating(x.dtype()) && x.rank() >= 1) {
    return true;
  }
  Error(x,
        InvalidArgument("stft: expected a floating array, fft_length >= sequence_length >= 1 and "
                        "sequence_stride >= 1, received {}, {}, {}, {}",
                        x.type().ToString(), o.fft_length, o.sequence_length, o.sequence_stride));
  return false;
}

}  // namespace

Value ExtractSequences(Value x, int64_t length, int64_t stride) {
  if (x.rank() < 1 || length < 1 || stride < 1 || length > x.dim(-1)) {
    return Error(x, InvalidArgument("extract_sequences: expected 1 <= length <= last axis and a "
                                    "stride >= 1, received {}, {} and {}",
                                    x.type().ToString(), length, stride));
  }
  const int64_t num = (x.dim(-1) - length) / stride + 1;
  return Take(x, Positions(x.builder(), num, length, stride), -1);
}

Value OverlapAdd(Value sequences, int64_t stride) {
  const int64_t num = sequences.dim(-2), length = sequences.dim(-1);
  std::vector<int64_t> dims(sequences.shape().begin(), sequences.shape().end() - 2);
  dims.push_back(std::max<int64_t>(num - 1, 0) * stride + length);
  const Value zeros = Full(sequences.builder(), {sequences.dtype(), Shape(std::move(dims))}, 0);
  return ScatterAdd(zeros, Positions(sequences.builder(), num, length, stride), sequences, -1);
}

Complex Stft(Value x, const StftOptions& o) {
  if (!CheckOptions(x, o)) return {Error(x), Error(x)};
  if (o.center) {
    Axes ends(static_cast<size_t>(x.rank()), 0);
    ends.back() = o.fft_length / 2;
    x = PadWith(x, ends, ends, "reflect");
  }
  const Value frames = ExtractSequences(x, o.fft_length, o.sequence_stride);
  if (!x.builder().ok()) return {Error(x), Error(x)};
  return Rfft(frames * CenteredWindow(x, o));
}

Value Istft(Complex x, const StftOptions& o, std::optional<int64_t> length) {
  if (!CheckOptions(x.re, o) || x.re.rank() < 2) return Error(x.re);
  const Value window = CenteredWindow(x.re, o);
  const Value frames = Irfft(x, o.fft_length);
  if (!x.re.builder().ok()) return Error(x.re);
  const Value sum = OverlapAdd(frames * window, o.sequence_stride);
  const Shape weights{x.re.dim(-2), o.fft_length};
  const Value norm = OverlapAdd(BroadcastTo(Square(window), weights), o.sequence_stride);
  Value y = sum / Where(Greater(norm, 1e-10), norm, 1);
  // Without a window Keras divides by the stride what it multiplied by the window's sum.
  if (!o.window) y = y * Sum(window) / o.sequence_stride;
  const int64_t total = y.dim(-1), half = o.center ? o.fft_length / 2 : 0;
  int64_t end = o.center ? total - half : total;
  if (length) end = std::min(half + *length, total);
  if (end < half) {
    return Error(x.re, InvalidArgument("istft: expected a length >= 0 and enough sequences, "
                                       "received {}",
                                       x.re.type().ToString()));
  }
  return SliceAxis(y, -1, half, end);
}

}  // namespace tricorn::ops
