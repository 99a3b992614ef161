#include "core/ops/fft/fft.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

Complex Apply(Complex x, int64_t axis, bool inverse) {
  const Values parts = UnifyShapes({{x.re, x.im}});
  const auto to_last = [&](Value part) { return MoveAxis(part, axis, -1); };
  const Values operands = {to_last(parts[0]), to_last(parts[1])};
  if (!operands[0].builder().ok()) return {Error(x.re), Error(x.re)};
  const Values y = operands[0].builder().AddAll(kFft, operands, FftAttrs{inverse});
  if (y.size() != 2) return {Error(x.re), Error(x.re)};
  return {MoveAxis(y[0], -1, axis), MoveAxis(y[1], -1, axis)};
}

// The last axis cut, or with zeros behind.
Value Fit(Value x, int64_t length) {
  const int64_t have = x.dim(-1);
  if (have >= length) return SliceAxis(x, -1, 0, length);
  Axes low(static_cast<size_t>(x.rank()), 0), high = low;
  high.back() = length - have;
  return Pad(x, low, high);
}

bool CheckLength(Value x, int64_t length) {
  if (x.rank() >= 1 && length >= 1) return true;
  Error(x, InvalidArgument("fft: expected a length > 0 of the last axis, received {} of {}", length,
                           x.type().ToString()));
  return false;
}

}  // namespace

const OpDef kFft = Op<FftAttrs>{
    .name = "fft",
    .doc =
        "the discrete Fourier transform over the last axis, without a factor. Operands and "
        "results: real part, imaginary part",
    .infer_all = [](std::span<const Type> x, const FftAttrs&) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 2));
      RETURN_IF_ERROR(ExpectFloating(x[0]));
      RETURN_IF_ERROR(ExpectSameType(x[0], x[1]));
      RETURN_IF_ERROR(ExpectAxis(x[0], 0));
      return Types{x[0], x[1]};
    },
    .gradient_all =
        [](Operands, Operands, Operands dy, const FftAttrs& a) {
          return Grads(dy[0].builder().AddAll(kFft, dy, FftAttrs{!a.inverse}));
        },
};

Complex Fft(Complex x, int64_t axis) { return Apply(x, axis, false); }

Complex InverseFft(Complex x, int64_t axis) {
  const int64_t at = NormalizeAxis(x.re, axis);
  if (at < 0) return {Error(x.re), Error(x.re)};
  const auto length = static_cast<double>(x.re.dim(static_cast<int>(at)));
  const Complex y = Apply(x, axis, true);
  return {y.re / length, y.im / length};
}

Complex Rfft(Value x, std::optional<int64_t> length) {
  if (!IsFloating(x.dtype())) x = Cast(x, DType::kF32);
  const int64_t n = length.value_or(x.rank() > 0 ? x.dim(-1) : 0);
  if (!CheckLength(x, n)) return {Error(x), Error(x)};
  x = Fit(x, n);
  const Complex y = Fft({x, ZerosLike(x)});
  return {SliceAxis(y.re, -1, 0, n / 2 + 1), SliceAxis(y.im, -1, 0, n / 2 + 1)};
}

Value Irfft(Complex x, std::optional<int64_t> length) {
  const int64_t n = length.value_or(x.re.rank() > 0 ? 2 * (x.re.dim(-1) - 1) : 0);
  if (!CheckLength(x.re, n)) return Error(x.re);
  const int64_t half = n / 2 + 1;
  const Value re = Fit(x.re, half), im = Fit(x.im, half);
  // The upper half is the conjugate of the lower, mirrored.
  const auto mirrored = [&](Value part) {
    return Reverse(SliceAxis(part, -1, 1, n - half + 1), {part.rank() - 1});
  };
  if (n == half) return InverseFft({re, im}).re;
  return InverseFft({Concatenate({{re, mirrored(re)}}, -1), Concatenate({{im, -mirrored(im)}}, -1)})
      .re;
}

void RegisterFft(OpRegistry& ops) { ops.Add(kFft); }

}  // namespace tricorn::ops
