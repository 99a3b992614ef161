#include <cmath>
#include <limits>
#include <numbers>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const RandomAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(ExpectSameType({DType::kU32, {2}}, x[0]));
  const Type type{a.dtype, a.shape};
  RETURN_IF_ERROR(ExpectFloating(type));
  return type;
}

// The bits that the dtype holds exactly.
int UniformBits(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return 11;
    case DType::kBF16:
      return 8;
    default:
      return 24;
  }
}

// The float32 number (k + 1/2) / 2^24, k the upper 24 bits: within (0, 1).
Value OpenUniform(Value key, Shape shape) {
  const Value k = Cast(RightShift(RandomBits(key, shape), 9), DType::kF32);
  return (k + 0.5) * 0x1p-23;
}

Value Shifted(Value y, double mean, double stddev) { return y * stddev + mean; }

}  // namespace

const OpDef kRandomUniform = Op<RandomAttrs>{
    .name = "random_uniform",
    .doc = "uniform in [0, 1), from the upper bits of random_bits. Operand: key (2,) u32",
    .infer = Infer,
    .decompose =
        [](Operands key, const RandomAttrs& a) {
          const int bits = UniformBits(a.dtype);
          const Value k = RightShift(RandomBits(key[0], a.shape), 32 - bits);
          return Cast(k, a.dtype) * std::ldexp(1.0, -bits);
        },
};

const OpDef kRandomNormal = Op<RandomAttrs>{
    .name = "random_normal",
    .doc = "sqrt(2) erfinv(2 u - 1), u uniform in (0, 1). Operand: key (2,) u32",
    .infer = Infer,
    .decompose =
        [](Operands key, const RandomAttrs& a) {
          const Value u = OpenUniform(key[0], a.shape);
          return Cast(Erfinv(u * 2 - 1) * std::numbers::sqrt2, a.dtype);
        },
};

const OpDef kRandomTruncatedNormal = Op<RandomAttrs>{
    .name = "random_truncated_normal",
    .doc = "a standard normal given |y| < 2. Operand: key (2,) u32",
    .infer = Infer,
    .decompose =
        [](Operands key, const RandomAttrs& a) {
          const double edge = std::erf(std::numbers::sqrt2);  // P(|y| < 2)
          const Value u = OpenUniform(key[0], a.shape);
          const Value y = Erfinv((u * 2 - 1) * edge) * std::numbers::sqrt2;
          return Cast(Clip(y, -2, 2), a.dtype);
        },
};

// Source: Giles 2010, "Approximating the erfinv function", single precision.
const OpDef kErfinv = Op<>{
    .name = "erfinv",
    .doc = "the inverse of erf on (-1, 1)",
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(ExpectFloating(x[0]));
      return x[0];
    },
    .decompose =
        [](Operands x, const NoAttrs&) {
          const auto polynomial = [](Value w, std::initializer_list<double> coefficients) {
            Value p = Full(w.builder(), w.type(), *coefficients.begin());
            for (const double* c = coefficients.begin() + 1; c != coefficients.end(); ++c) {
              p = p * w + *c;
            }
            return p;
          };
          const Value w = -Log1p(-Square(x[0]));
          const Value central = polynomial(
              w - 2.5, {2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06,
                        0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941});
          const Value tail = polynomial(
              Sqrt(w) - 3, {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844,
                            0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682});
          const Value y = Where(Less(w, 5), central, tail) * x[0];
          const double infinity = std::numeric_limits<double>::infinity();
          return Where(Equal(Square(x[0]), 1), x[0] * infinity, y);
        },
    .gradient =
        [](Operands, Value y, Value dy, const NoAttrs&) {
          return Grads{dy * (0.5 / std::numbers::inv_sqrtpi) * Exp(Square(y))};
        },
};

Value Erfinv(Value x) { return x.builder().Add(kErfinv, {{x}}); }
Value Erfc(Value x) { return 1 - Erf(x); }

Value RandomUniform(Value key, Type type, double low, double high) {
  const Value u = key.builder().Add(kRandomUniform, {{key}}, RandomAttrs{type.dtype, type.shape});
  return low == 0 && high == 1 ? u : u * (high - low) + low;
}

Value RandomNormal(Value key, Type type, double mean, double stddev) {
  const Value y = key.builder().Add(kRandomNormal, {{key}}, RandomAttrs{type.dtype, type.shape});
  return Shifted(y, mean, stddev);
}

Value RandomTruncatedNormal(Value key, Type type, double mean, double stddev) {
  const Value y =
      key.builder().Add(kRandomTruncatedNormal, {{key}}, RandomAttrs{type.dtype, type.shape});
  return Shifted(y, mean, stddev);
}

Value RandomBernoulli(Value key, Shape shape, double p) {
  return Less(RandomUniform(key, {DType::kF32, std::move(shape)}), p);
}

void RegisterRandom(OpRegistry& ops) {
  for (const OpDef* op :
       {&kRandomBits, &kRandomUniform, &kRandomNormal, &kRandomTruncatedNormal, &kErfinv}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
