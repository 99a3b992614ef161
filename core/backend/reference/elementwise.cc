#include "core/ops/elementwise/elementwise.h"
#include "core/ops/elementwise/nonfinite.h"

#include <cmath>

#include "core/backend/reference/primitive.h"
#include "core/ops/control/after.h"
#include "core/ops/elementwise/scalar.h"

namespace tricorn::backend::reference {
namespace {

namespace scalar = ops::scalar;

// The element types that an op computes in: double for the floating dtypes, integers and bool as
// they are.
struct Number {
  static constexpr bool kFloating = true, kInteger = true, kBool = false;
};
struct Floating {
  static constexpr bool kFloating = true, kInteger = false, kBool = false;
};
struct Integer {
  static constexpr bool kFloating = false, kInteger = true, kBool = false;
};
struct Bits {
  static constexpr bool kFloating = false, kInteger = true, kBool = true;
};
struct Any {
  static constexpr bool kFloating = true, kInteger = true, kBool = true;
};

// Calls f(T()).
template <typename Domain, typename F>
void Dispatch(DType dtype, F f) {
  if constexpr (Domain::kFloating) {
    if (IsFloating(dtype)) return f(double());
  }
  if constexpr (Domain::kBool) {
    if (dtype == DType::kBool) return f(bool());
  }
  if constexpr (Domain::kInteger) {
    switch (dtype) {
      case DType::kU8:
        return f(uint8_t());
      case DType::kI8:
        return f(int8_t());
      case DType::kU16:
        return f(uint16_t());
      case DType::kI16:
        return f(int16_t());
      case DType::kU32:
        return f(uint32_t());
      case DType::kI32:
        return f(int32_t());
      case DType::kU64:
        return f(uint64_t());
      case DType::kI64:
        return f(int64_t());
      default:
        break;
    }
  }
  CHECK(false && "inference admits only dtypes of the op's domain");
}

template <typename Domain, typename F>
absl::Status Map1(const Call& c, F f) {
  Dispatch<Domain>(c.x(0).type.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < c.y().values.size(); ++i) {
      c.y().values[i] = static_cast<double>(f(static_cast<T>(c.x(0).values[i])));
    }
  });
  return absl::OkStatus();
}

template <typename Domain, typename F>
absl::Status Map2(const Call& c, F f) {
  Dispatch<Domain>(c.x(0).type.dtype, [&](auto zero) {
    using T = decltype(zero);
    for (size_t i = 0; i < c.y().values.size(); ++i) {
      c.y().values[i] = static_cast<double>(
          f(static_cast<T>(c.x(0).values[i]), static_cast<T>(c.x(1).values[i])));
    }
  });
  return absl::OkStatus();
}

// Floating to integer truncates, beyond the range to its end, NaN to 0.
double Saturate(double value, DType dtype) {
  if (std::isnan(value)) return 0;
  const int bits = static_cast<int>(SizeOf(dtype)) * 8;
  const double low = IsSigned(dtype) ? -std::ldexp(1.0, bits - 1) : 0;
  const double high = std::ldexp(1.0, IsSigned(dtype) ? bits - 1 : bits) - 1;
  return std::min(std::max(std::trunc(value), low), high);
}

absl::Status Cast(const Call& c) {
  const DType from = c.x(0).type.dtype, to = c.y().type.dtype;
  for (size_t i = 0; i < c.y().values.size(); ++i) {
    const double value = c.x(0).values[i];
    c.y().values[i] = to == DType::kBool                    ? value != 0
                      : IsFloating(from) && !IsFloating(to) ? Saturate(value, to)
                                                            : value;
  }
  return absl::OkStatus();
}

absl::Status Select(const Call& c) {
  for (size_t i = 0; i < c.y().values.size(); ++i) {
    c.y().values[i] = c.x(0).values[i] != 0 ? c.x(1).values[i] : c.x(2).values[i];
  }
  return absl::OkStatus();
}

absl::Status Copy(const Call& c) {
  c.y().values = c.x(0).values;
  return absl::OkStatus();
}

// 64-bit integers of any bits do not fit into doubles.
absl::Status Bitcast(const Call& c) {
  for (const DType dtype : {c.x(0).type.dtype, c.y().type.dtype}) {
    if (IsInteger(dtype) && SizeOf(dtype) == 8) {
      return Unimplemented("expected at most 32-bit integers, received {}", Name(dtype));
    }
  }
  Tensor bytes = Tensor::Uninitialized(c.x(0).type.dtype, c.x(0).shape());
  WriteTo(c.x(0), bytes.bytes());
  c.y() = ToArray(Tensor::Wrap(c.y().type.dtype, c.y().shape(), bytes.bytes(), nullptr));
  return absl::OkStatus();
}

absl::Status Constant(const Call& c) {
  c.y().values = ToArray(c.attrs<ir::ConstantAttrs>().value).values;
  return absl::OkStatus();
}

}  // namespace

void AddElementwise(PrimitiveTable& table) {
#define UNARY(domain, op) \
  table[#op] = [](const Call& c) { return Map1<domain>(c, [](auto x) { return scalar::op(x); }); };
#define BINARY(domain, op)                                                          \
  table[#op] = [](const Call& c) {                                                  \
    return Map2<domain>(c, [](auto a, decltype(a) b) { return scalar::op(a, b); }); \
  };
#define UNARY_NUMBER(op) UNARY(Number, op)
#define UNARY_FLOATING(op) UNARY(Floating, op)
#define UNARY_BITS(op) UNARY(Bits, op)
#define BINARY_NUMBER(op) BINARY(Number, op)
#define BINARY_FLOATING(op) BINARY(Floating, op)
#define BINARY_INTEGER(op) BINARY(Integer, op)
#define BINARY_BITS(op) BINARY(Bits, op)
#define COMPARISON(op) BINARY(Any, op)
  TRICORN_UNARY_NUMBER(UNARY_NUMBER)
  TRICORN_UNARY_FLOATING(UNARY_FLOATING)
  TRICORN_UNARY_BITS(UNARY_BITS)
  TRICORN_PREDICATE(UNARY_FLOATING)
  TRICORN_BINARY_NUMBER(BINARY_NUMBER)
  TRICORN_BINARY_FLOATING(BINARY_FLOATING)
  TRICORN_BINARY_INTEGER(BINARY_INTEGER)
  TRICORN_BINARY_BITS(BINARY_BITS)
  TRICORN_COMPARISON(COMPARISON)
  table[ops::kBitcast.name] = Bitcast;
  table[ops::kCast.name] = Cast;
  table[ops::kSelect.name] = Select;
  table[ops::kStopGradient.name] = Copy;
  table[ops::kAfter.name] = Copy;
  table[ir::kConstant.name] = Constant;
}

}  // namespace tricorn::backend::reference
