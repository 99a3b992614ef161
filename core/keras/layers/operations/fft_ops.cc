#include "core/ops/fft/fft.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/creation/creation.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

// A pair of real and imaginary parts.
ops::Complex ComplexArgument(OpArguments& a) {
  const Values parts = a.Tensors("x");
  if (parts.size() == 2 && parts[0].builder().ok()) {
    if (IsFloating(parts[0].dtype()) && parts[0].type() == parts[1].type()) {
      return {parts[0], parts[1]};
    }
  }
  const Value error = a.Error(InvalidArgument(
      "x: expected a pair of floating arrays of one shape, the real and the imaginary part"));
  return {error, error};
}

Values Parts(const ops::Complex& x) { return {x.re, x.im}; }

Values Fft(OpArguments& a) { return Parts(ops::Fft(ComplexArgument(a))); }
Values Fft2(OpArguments& a) { return Parts(ops::Fft(ops::Fft(ComplexArgument(a), -1), -2)); }
Values Ifft2(OpArguments& a) {
  return Parts(ops::InverseFft(ops::InverseFft(ComplexArgument(a), -1), -2));
}

std::optional<int64_t> OptionalInt(OpArguments& a, std::string_view name) {
  return a.Has(name) ? std::optional<int64_t>(a.Int(name)) : std::nullopt;
}

Values Rfft(OpArguments& a) {
  return Parts(ops::Rfft(a.Tensor("x"), OptionalInt(a, "fft_length")));
}
Values Irfft(OpArguments& a) {
  return {ops::Irfft(ComplexArgument(a), OptionalInt(a, "fft_length"))};
}

Values ExtractSequences(OpArguments& a) {
  return {ops::ExtractSequences(a.Tensor("x"), a.Int("sequence_length"), a.Int("sequence_stride"))};
}

// A window by name, an array, or None; "hann" when not given.
Value WindowArgument(OpArguments& a, int64_t length) {
  if (a.IsGiven("window") && !a.Has("window")) return {};
  if (a.Has("window") && !a.Literal("window").is_string()) return a.Tensor("window");
  const std::string name = a.Text("window", "hann");
  const auto window = ops::Window(name, length, true);
  if (!window.ok()) return a.Error(window.status());
  return a.builder().Constant(tricorn::Tensor::From<double>(Shape{length}, *window));
}

ops::StftOptions Options(OpArguments& a) {
  ops::StftOptions options{.sequence_length = a.Int("sequence_length"),
                           .sequence_stride = a.Int("sequence_stride"),
                           .fft_length = a.Int("fft_length"),
                           .window = {},
                           .center = a.Flag("center", true)};
  options.window = WindowArgument(a, options.sequence_length);
  return options;
}

Values Stft(OpArguments& a) { return Parts(ops::Stft(a.Tensor("x"), Options(a))); }
Values Istft(OpArguments& a) {
  return {ops::Istft(ComplexArgument(a), Options(a), OptionalInt(a, "length"))};
}

// A complex array is a real one with real and imaginary parts along the last axis: both views are
// that array.
Values ComplexView(OpArguments& a) {
  const Value x = a.Tensor("x");
  if (x.rank() > 0 && x.dim(-1) == 2 && IsFloating(x.dtype())) return {x};
  return {
      a.Error(InvalidArgument("x: expected a floating array with real and imaginary parts along "
                              "the last axis, received {}",
                              x.type().ToString()))};
}

}  // namespace

std::vector<OpEntry> FftOps() {
  constexpr std::string_view kStft = "x sequence_length sequence_stride fft_length window center";
  return {
      {"extract_sequences", "ExtractSequences", "math", "x sequence_length sequence_stride",
       ExtractSequences},
      {"fft", "FFT", "math", "x", Fft},
      {"fft2", "FFT2", "math", "x", Fft2},
      {"ifft2", "IFFT2", "math", "x", Ifft2},
      {"irfft", "IRFFT", "math", "x fft_length", Irfft},
      {"istft", "ISTFT", "math",
       "x sequence_length sequence_stride fft_length length window center", Istft},
      {"rfft", "RFFT", "math", "x fft_length", Rfft},
      {"stft", "STFT", "math", kStft, Stft},
      {"view_as_complex", "ViewAsComplex", "math", "x", ComplexView},
      {"view_as_real", "ViewAsReal", "math", "x", ComplexView},
  };
}

}  // namespace tricorn::keras
