#include <cmath>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/quantize/quantize.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// Numbers m * 2^e with `mantissa_bits` after the leading one, e from min_exponent on; below it the
// steps stay as they are.
struct Float8Format {
  int mantissa_bits;
  int min_exponent;
  double max;
};

Float8Format FormatOf(Float8 format) {
  if (format == Float8::kE4M3) return {.mantissa_bits = 3, .min_exponent = -6, .max = 448};
  return {.mantissa_bits = 2, .min_exponent = -14, .max = 57344};
}

absl::StatusOr<Type> Infer(std::span<const Type> x, const NoAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 3));
  RETURN_IF_ERROR(ExpectFloating(x[0]));
  const DType dtype = Promote(x[0].dtype, DType::kF32);
  RETURN_IF_ERROR(ExpectSameType({dtype, {}}, x[1]));
  RETURN_IF_ERROR(ExpectSameDType(x[1], x[2]));
  if (x[2].rank() == 1 && x[2].num_elements() > 0) return x[0];
  return InvalidArgument("amax_history: expected one axis, received {}", x[2].ToString());
}

// The next scale and history of `of` in the places of their gradients.
Grads WithNext(Value dx, Operands x, Value of, Float8 format) {
  return {dx, ComputeFloat8Scale(Max(x[2]), x[1], MaxOf(format)),
          ComputeFloat8AmaxHistory(of, x[2])};
}

Value Apply(const OpDef& op, Value x, Value scale, Value amax_history) {
  const DType dtype = Promote(x.dtype(), DType::kF32);
  return x.builder().Add(op, {{x, Cast(scale, dtype), Cast(amax_history, dtype)}});
}

}  // namespace

double MaxOf(Float8 format) { return FormatOf(format).max; }

Value RoundToFloat8(Value x, Float8 format) {
  const Float8Format f = FormatOf(format);
  // The power of two at or below |x|, by halving the range of exponents; all steps are exact.
  const Value clipped = Clip(Cast(x, Promote(x.dtype(), DType::kF32)), -f.max, f.max);
  const Value size = Absolute(clipped);
  Value power = Full(x.builder(), size.type(), std::exp2(f.min_exponent));
  for (const int exponent : {16, 8, 4, 2, 1}) {
    const Value greater = power * std::exp2(exponent);
    power = Where(GreaterEqual(size, greater), greater, power);
  }
  const Value step = power * std::exp2(-f.mantissa_bits);
  return Cast(Round(clipped / step) * step, x.dtype());
}

Value QuantizeAndDequantize(Value x, Value scale, Float8 format, DType dtype) {
  const Value by = Cast(scale, dtype);
  return RoundToFloat8(Cast(x, dtype) / by, format) * by;
}

Value ComputeFloat8Scale(Value amax, Value scale, double dtype_max, double margin) {
  const Value inverse = 1 / scale;
  const Value wanted = dtype_max / amax / std::exp2(margin);
  const Value usable = LogicalAnd(Greater(amax, 0), Isfinite(amax));
  return 1 / Where(usable, wanted, inverse);
}

Value ComputeFloat8AmaxHistory(Value x, Value amax_history) {
  const Value now = Reshape(Cast(Max(Absolute(x)), amax_history.dtype()), {1});
  // Rolled back by one, the first of the rolled replaced.
  const int64_t length = amax_history.dim(0);
  if (length == 1) return now;
  return Concatenate(
      {{now, SliceAxis(amax_history, 0, 2, length), SliceAxis(amax_history, 0, 0, 1)}}, 0);
}

const OpDef kFloat8Quantize = Op<>{
    .name = "float8_quantize",
    .doc =
        "x rounded to e4m3 numbers times scale; dx = dy, scale and amax_history get their next "
        "values as gradients. Operands: x, scale (), amax_history (n,)",
    .infer = Infer,
    .decompose =
        [](Operands x, const NoAttrs&) {
          return QuantizeAndDequantize(x[0], x[1], Float8::kE4M3, x[0].dtype());
        },
    .gradient = [](Operands x, Value, Value dy,
                   const NoAttrs&) { return WithNext(dy, x, x[0], Float8::kE4M3); },
};

const OpDef kFloat8Gradient = Op<>{
    .name = "float8_gradient",
    .doc =
        "y = x; dy rounded to e5m2 numbers times scale, which with amax_history gets its next "
        "value as gradient. Operands: x, scale (), amax_history (n,)",
    .infer = Infer,
    .decompose = [](Operands x, const NoAttrs&) { return x[0]; },
    .gradient =
        [](Operands x, Value, Value dy, const NoAttrs&) {
          const Value dx = QuantizeAndDequantize(dy, x[1], Float8::kE5M2, dy.dtype());
          return WithNext(dx, x, dy, Float8::kE5M2);
        },
};

Value Float8Quantize(Value x, Value scale, Value amax_history) {
  return Apply(kFloat8Quantize, x, scale, amax_history);
}

Value Float8Gradient(Value x, Value scale, Value amax_history) {
  return Apply(kFloat8Gradient, x, scale, amax_history);
}

}  // namespace tricorn::ops
