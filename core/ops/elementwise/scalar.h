#pragma once

#include "core/ops/elementwise/scalar_gamma.h"
#include "core/ops/elementwise/scalar_math.h"

// One function an elementwise op, named as the op: what host loops, fused loops and generated GPU
// code call for each element. T is float, double, an integer type or bool; half precision computes
// in float: the loop converts. Integers wrap around.

namespace tricorn::ops::scalar {

// The names, for tables: F(name).
#define TRICORN_UNARY_NUMBER(F) F(negative) F(absolute) F(sign) F(square)
// clang-format off
#define TRICORN_UNARY_FLOATING(F) \
  F(exp) F(expm1) F(log) F(log1p) F(sqrt) F(rsqrt) F(erf) F(sigmoid) F(sin) \
  F(cos) F(tan) F(arcsin) F(arccos) F(arctan) F(sinh) F(cosh) F(tanh) \
  F(arcsinh) F(arccosh) F(arctanh) F(floor) F(ceil) F(round) F(trunc) \
  F(lgamma) F(digamma)
// clang-format on
#define TRICORN_UNARY_BITS(F) F(bitwise_not)
#define TRICORN_PREDICATE(F) F(isnan) F(isinf) F(isfinite)
#define TRICORN_BINARY_NUMBER(F) \
  F(add) F(subtract) F(multiply) F(power) F(maximum) F(minimum) F(mod) F(floor_divide)
#define TRICORN_BINARY_FLOATING(F) F(divide) F(arctan2) F(gammainc) F(gammainc_order)
#define TRICORN_BINARY_BITS(F) F(bitwise_and) F(bitwise_or) F(bitwise_xor)
#define TRICORN_BINARY_INTEGER(F) F(left_shift) F(right_shift) F(gcd)
#define TRICORN_COMPARISON(F) \
  F(equal) F(not_equal) F(less) F(less_equal) F(greater) F(greater_equal)

// Unsigned arithmetic as wide as int at least, in which integers wrap without overflow.
template <typename T>
struct WrapOf {
  using type = T;
};  // floating
template <>
struct WrapOf<unsigned char> {
  using type = unsigned;
};
template <>
struct WrapOf<signed char> {
  using type = unsigned;
};
template <>
struct WrapOf<unsigned short> {
  using type = unsigned;
};
template <>
struct WrapOf<short> {
  using type = unsigned;
};
template <>
struct WrapOf<int> {
  using type = unsigned;
};
template <>
struct WrapOf<long> {
  using type = unsigned long;
};
template <>
struct WrapOf<long long> {
  using type = unsigned long long;
};
template <typename T>
using Wrap = typename WrapOf<T>::type;
template <typename T>
inline constexpr bool kIsFloating = static_cast<T>(1.5) != static_cast<T>(1);

// -- One operand ----------------------------------------------------------------------------------

template <typename T>
TRICORN_SCALAR T negative(T x) {
  if constexpr (kIsFloating<T>) {
    return -x;
  } else {
    return static_cast<T>(Wrap<T>(0) - Wrap<T>(x));
  }
}
template <typename T>
TRICORN_SCALAR T absolute(T x) {
  if constexpr (kIsFloating<T>) {
    return x < 0 ? -x : x + T(0);  // -0 becomes 0
  } else if constexpr (T(-1) < T(0)) {
    return x < 0 ? negative(x) : x;
  } else {
    return x;
  }
}
template <typename T>
TRICORN_SCALAR T sign(T x) {
  if constexpr (kIsFloating<T>) {
    return x > 0 ? T(1) : x < 0 ? T(-1) : x;
  } else if constexpr (T(-1) < T(0)) {
    return static_cast<T>((x > 0) - (x < 0));
  } else {
    return static_cast<T>(x != 0);
  }
}
template <typename T>
TRICORN_SCALAR T square(T x) {
  return static_cast<T>(Wrap<T>(x) * Wrap<T>(x));
}
template <typename T>
TRICORN_SCALAR T bitwise_not(T x) {
  return static_cast<T>(~x);
}
TRICORN_SCALAR bool bitwise_not(bool x) { return !x; }

template <typename T>
TRICORN_SCALAR bool isfinite(T x) {
  return x - x == 0;
}
template <typename T>
TRICORN_SCALAR bool isnan(T x) {
  return x != x;
}
template <typename T>
TRICORN_SCALAR bool isinf(T x) {
  return x == x && !isfinite(x);
}

// -- Two operands ---------------------------------------------------------------------------------

template <typename T>
TRICORN_SCALAR T add(T a, T b) {
  return static_cast<T>(Wrap<T>(a) + Wrap<T>(b));
}
template <typename T>
TRICORN_SCALAR T subtract(T a, T b) {
  return static_cast<T>(Wrap<T>(a) - Wrap<T>(b));
}
template <typename T>
TRICORN_SCALAR T multiply(T a, T b) {
  return static_cast<T>(Wrap<T>(a) * Wrap<T>(b));
}
template <typename T>
TRICORN_SCALAR T divide(T a, T b) {
  return a / b;
}
TRICORN_SCALAR float arctan2(float a, float b) { return ::atan2f(a, b); }
TRICORN_SCALAR double arctan2(double a, double b) { return ::atan2(a, b); }

TRICORN_SCALAR float power(float a, float b) { return ::powf(a, b); }
TRICORN_SCALAR double power(double a, double b) { return ::pow(a, b); }
template <typename T>  // integers; a negative power of anything but 1 and -1 is 0
TRICORN_SCALAR T power(T a, T b) {
  if constexpr (T(-1) < T(0)) {
    if (b < 0) return a == 1 ? T(1) : a != T(-1) ? T(0) : b % 2 == 0 ? T(1) : T(-1);
  }
  Wrap<T> y = 1, base = static_cast<Wrap<T>>(a);
  for (; b != 0; b = static_cast<T>(b / 2), base *= base) {
    if (b % 2 != 0) y *= base;
  }
  return static_cast<T>(y);
}

template <typename T>
TRICORN_SCALAR T maximum(T a, T b) {
  return a > b || a != a ? a : b;
}
template <typename T>
TRICORN_SCALAR T minimum(T a, T b) {
  return a < b || a != a ? a : b;
}

TRICORN_SCALAR float Fmod(float a, float b) { return ::fmodf(a, b); }
TRICORN_SCALAR double Fmod(double a, double b) { return ::fmod(a, b); }

// As numpy.mod and numpy.floor_divide; by an integer 0 both are 0.
template <typename T>
TRICORN_SCALAR T mod(T a, T b) {
  if constexpr (kIsFloating<T>) {
    const T m = Fmod(a, b);
    return m != 0 && (b < 0) != (m < 0) ? m + b : m;
  } else {
    if (b == 0) return 0;
    if constexpr (T(-1) < T(0)) {
      if (b == T(-1)) return 0;  // the quotient of the least number would overflow
    }
    const T m = static_cast<T>(a % b);
    return m != 0 && (b < 0) != (m < 0) ? static_cast<T>(m + b) : m;
  }
}
template <typename T>
TRICORN_SCALAR T floor_divide(T a, T b) {
  if constexpr (kIsFloating<T>) {
    if (b == 0) return a / b;
    const T m = Fmod(a, b);  // not mod, which is infinite where b is and the signs differ
    const T quotient = (a - m) / b;
    return round(m != 0 && (b < 0) != (m < 0) ? quotient - 1 : quotient);
  } else {
    if (b == 0) return 0;
    if constexpr (T(-1) < T(0)) {
      if (b == T(-1)) return negative(a);
    }
    const T quotient = static_cast<T>(a / b);
    return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
  }
}

template <typename T>
TRICORN_SCALAR T bitwise_and(T a, T b) {
  return static_cast<T>(a & b);
}
template <typename T>
TRICORN_SCALAR T bitwise_or(T a, T b) {
  return static_cast<T>(a | b);
}
template <typename T>
TRICORN_SCALAR T bitwise_xor(T a, T b) {
  return static_cast<T>(a ^ b);
}
// Shifts by less than 0 or by the width and more shift everything out.
template <typename T>
TRICORN_SCALAR T left_shift(T a, T b) {
  const bool all = b < T(0) || Wrap<T>(b) >= sizeof(T) * 8;
  return all ? T(0) : static_cast<T>(Wrap<T>(a) << Wrap<T>(b));
}
template <typename T>
TRICORN_SCALAR T right_shift(T a, T b) {
  const bool all = b < T(0) || Wrap<T>(b) >= sizeof(T) * 8;
  return all ? (a < T(0) ? static_cast<T>(-1) : T(0)) : static_cast<T>(a >> b);
}

template <typename T>
TRICORN_SCALAR T gcd(T a, T b) {
  Wrap<T> x = a < T(0) ? Wrap<T>(0) - Wrap<T>(a) : Wrap<T>(a);
  Wrap<T> y = b < T(0) ? Wrap<T>(0) - Wrap<T>(b) : Wrap<T>(b);
  while (y != 0) {
    const Wrap<T> rest = x % y;
    x = y;
    y = rest;
  }
  return static_cast<T>(x);
}

// -- Comparisons ----------------------------------------------------------------------------------

template <typename T>
TRICORN_SCALAR bool equal(T a, T b) {
  return a == b;
}
template <typename T>
TRICORN_SCALAR bool not_equal(T a, T b) {
  return a != b;
}
template <typename T>
TRICORN_SCALAR bool less(T a, T b) {
  return a < b;
}
template <typename T>
TRICORN_SCALAR bool less_equal(T a, T b) {
  return a <= b;
}
template <typename T>
TRICORN_SCALAR bool greater(T a, T b) {
  return a > b;
}
template <typename T>
TRICORN_SCALAR bool greater_equal(T a, T b) {
  return a >= b;
}

template <typename T>
TRICORN_SCALAR T select(bool condition, T a, T b) {
  return condition ? a : b;
}

}  // namespace tricorn::ops::scalar
