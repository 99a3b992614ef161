#pragma once

#include "core/ops/elementwise/scalar_math.h"

// The gamma function's kin for one element, computed in double. Read by the host compiler and by
// NVRTC.

namespace tricorn::ops::scalar {

// ln |Gamma(x)|.
TRICORN_SCALAR double lgamma(double x) {
#ifdef __CUDACC__
  return ::lgamma(x);
#else
  int sign;  // lgamma writes it to a global
  return ::lgamma_r(x, &sign);
#endif
}

// Gamma'(x) / Gamma(x): reflected to x > 0, raised to x >= 10, then its asymptotic series.
TRICORN_SCALAR double digamma(double x) {
  double y = 0;
  if (x <= 0) {
    if (x == ::floor(x)) return x - x == 0 ? (x - x) / (x - x) : x;  // a pole
    const double pi = 3.14159265358979323846;
    y = -pi / ::tan(pi * x);
    x = 1 - x;
  }
  for (; x < 10; x += 1) y -= 1 / x;
  const double s = 1 / (x * x);
  const double series =
      s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132)))));
  return y + ::log(x) - 0.5 / x - series;
}

// P(a, x) = integral of t^(a-1) e^-t from 0 to x, over Gamma(a): by its series where that is short,
// else 1 less a continued fraction (Lentz).
TRICORN_SCALAR double gammainc(double a, double x) {
  if (!(a > 0) || !(x >= 0)) return (x - x) / (x - x);
  if (x == 0) return 0;
  if (x - x != 0) return 1;
  const double factor = ::exp(a * ::log(x) - x - lgamma(a));
  if (x < a + 1) {
    double term = 1 / a, sum = term;
    for (int n = 1; n < 10000 && term > sum * 1e-17; ++n) sum += term *= x / (a + n);
    return sum * factor;
  }
  const double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
  for (int i = 1; i < 10000; ++i) {
    const double an = -i * (i - a);
    b += 2;
    d = an * d + b;
    d = 1 / (d == 0 ? tiny : d);
    c = b + an / c;
    c = c == 0 ? tiny : c;
    h *= d * c;
    if (d * c - 1 < 1e-16 && 1 - d * c < 1e-16) break;
  }
  return 1 - factor * h;
}

// dP/da, by the derivative of P's series, x^a e^-x sum of x^n / Gamma(a + n + 1).
TRICORN_SCALAR double gammainc_order(double a, double x) {
  if (!(a > 0) || !(x >= 0)) return (x - x) / (x - x);
  if (x == 0 || x - x != 0) return 0;
  const double log_x = ::log(x);
  double term = ::exp(a * log_x - x - lgamma(a + 1)), psi = digamma(a + 1), sum = 0;
  for (int n = 1; n < 10000; ++n) {
    const double part = term * (log_x - psi);
    sum += part;
    if (n > x && part < 1e-17 && part > -1e-17) break;
    psi += 1 / (a + n);
    term *= x / (a + n);
  }
  return sum;
}

TRICORN_SCALAR float lgamma(float x) { return static_cast<float>(lgamma(double{x})); }
TRICORN_SCALAR float digamma(float x) { return static_cast<float>(digamma(double{x})); }
TRICORN_SCALAR float gammainc(float a, float x) {
  return static_cast<float>(gammainc(double{a}, double{x}));
}
TRICORN_SCALAR float gammainc_order(float a, float x) {
  return static_cast<float>(gammainc_order(double{a}, double{x}));
}

}  // namespace tricorn::ops::scalar
