#include "core/ops/elementwise/nonfinite.h"

#include <cmath>
#include <limits>

#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

Value FmaxOr(Arg a, Arg b, Value (*pick)(Arg, Arg)) {
  const Values x = Unify({{a, b}});
  if (!IsFloating(x[0].dtype())) return pick(x[0], x[1]);
  return Where(Isnan(x[0]), x[1], Where(Isnan(x[1]), x[0], pick(x[0], x[1])));
}

absl::StatusOr<Type> InferBitcast(std::span<const Type> x, const BitcastAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  if (x[0].dtype == DType::kString || a.dtype == DType::kString) {
    return InvalidArgument("expected numbers or bool, received {} as {}", x[0].ToString(),
                           Name(a.dtype));
  }
  const int64_t from = SizeOf(x[0].dtype), to = SizeOf(a.dtype);
  Type y{a.dtype, x[0].shape};
  if (from == to) return y;
  if (y.rank() == 0 || y.shape[y.rank() - 1] * from % to != 0) {
    return InvalidArgument("expected a last axis whose bytes {} divides, received {}", to,
                           x[0].ToString());
  }
  int64_t& last = y.shape[y.rank() - 1];
  last = last * from / to;
  return y;
}

DType IntegerOfSize(int64_t nbytes) {
  return nbytes == 2 ? DType::kI16 : nbytes == 4 ? DType::kI32 : DType::kI64;
}

}  // namespace

const OpDef kBitcast = Op<BitcastAttrs>{
    .name = "bitcast",
    .doc = "the bits of x as another dtype; the last axis is cut or joined where sizes differ",
    .kind = OpKind::kView,
    .infer = InferBitcast,
};

Value Bitcast(Value x, DType dtype) {
  return x.dtype() == dtype ? x : x.builder().Add(kBitcast, {{x}}, BitcastAttrs{dtype});
}

double MaxFinite(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return 65504;
    case DType::kBF16:
      return std::ldexp(255, 120);
    case DType::kF32:
      return std::numeric_limits<float>::max();
    default:
      CHECK(dtype == DType::kF64);
      return std::numeric_limits<double>::max();
  }
}

Value Isposinf(Value x) { return Equal(ToFloat(x), kInf); }
Value Isneginf(Value x) { return Equal(ToFloat(x), -kInf); }

Value Signbit(Value x) {
  if (!IsFloating(x.dtype())) return Less(x, 0);
  // 1 / -0 is -inf.
  return Less(Where(Equal(x, 0), 1 / x, x), 0);
}

Value Isclose(Arg a, Arg b, double relative, double absolute, bool equal_nan) {
  Values x = Unify({{a, b}});
  for (Value& value : x) value = ToFloat(value);
  const Value near = LessEqual(Absolute(x[0] - x[1]), absolute + relative * Absolute(x[1]));
  const Value finite = LogicalAnd(Isfinite(x[0]), Isfinite(x[1]));
  const Value close = Where(finite, near, Equal(x[0], x[1]));
  return equal_nan ? LogicalOr(close, LogicalAnd(Isnan(x[0]), Isnan(x[1]))) : close;
}

Value NanToNum(Value x, double nan, std::optional<double> posinf, std::optional<double> neginf) {
  if (!IsFloating(x.dtype())) return x;
  const double top = MaxFinite(x.dtype());
  const Value finite =
      Where(Equal(x, kInf), posinf.value_or(top), Where(Equal(x, -kInf), neginf.value_or(-top), x));
  return Where(Isnan(x), nan, finite);
}

Value Fmax(Arg a, Arg b) { return FmaxOr(a, b, Maximum); }
Value Fmin(Arg a, Arg b) { return FmaxOr(a, b, Minimum); }

Value DivideNoNan(Arg a, Arg b) {
  const Values x = Unify({{a, b}});
  const Value zero = Equal(x[1], 0);
  return Where(zero, 0, Divide(x[0], Where(zero, 1, x[1])));
}

Value Nextafter(Arg a, Arg b) {
  Values x = Unify({{a, b}});
  for (Value& value : x) value = ToFloat(value);
  const DType dtype = x[0].dtype();
  // Numbers of one sign are ordered as their bits are.
  const Value bits = Bitcast(x[0], IntegerOfSize(SizeOf(dtype)));
  const Value away = Equal(Greater(x[1], x[0]), Greater(x[0], 0));
  const Value next = Bitcast(Cast(Where(away, bits + 1, bits - 1), bits.dtype()), dtype);
  const Value least = Bitcast(Scalar(bits.builder(), 1, bits.dtype()), dtype);
  const Value from_zero = Where(Greater(x[1], 0), least, -least);
  const Value moved = Where(Equal(x[0], 0), from_zero, next);
  return Where(LogicalOr(Isnan(x[0]), Isnan(x[1])), x[0] + x[1],
               Where(Equal(x[0], x[1]), x[1], moved));
}

}  // namespace tricorn::ops
