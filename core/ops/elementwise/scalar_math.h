#pragma once

// exp, log and their kin for one element. Read by the host compiler and by NVRTC: no includes
// there. The float32 versions have neither branches nor calls, so that loops over them vectorize,
// and are within 2 units in the last place (scalar_test.cc measures); the float64 versions are the
// library's. On a GPU so is exp in float32, whose unit for it takes few instructions and which is
// within 1 unit.

#ifdef __CUDACC__
#define TRICORN_SCALAR __host__ __device__ inline
#else
#include <cmath>
// Always inlined: loops are compiled for several instruction sets, and a copy outside them would be
// of one, whichever the linker took.
#define TRICORN_SCALAR [[gnu::always_inline]] inline
#endif

namespace tricorn::ops::scalar {

// -- Bits -----------------------------------------------------------------------------------------

TRICORN_SCALAR float FromBits(unsigned bits) { return __builtin_bit_cast(float, bits); }
TRICORN_SCALAR unsigned ToBits(float x) { return __builtin_bit_cast(unsigned, x); }
TRICORN_SCALAR float CopySign(float magnitude, float sign) {
  return FromBits((ToBits(magnitude) & 0x7fffffffu) | (ToBits(sign) & 0x80000000u));
}
TRICORN_SCALAR float Fma(float a, float b, float c) { return ::fmaf(a, b, c); }
// 2^n for n within [-126, 127].
TRICORN_SCALAR float PowerOfTwo(int n) { return FromBits(static_cast<unsigned>(n + 127) << 23); }

// x = n ln 2 + r, |r| <= ln 2 / 2. For |x| < 2^21; anything for NaN.
struct Reduced {
  int n;
  float r;
};
TRICORN_SCALAR Reduced ReduceByLn2(float x) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float shifted = Fma(x, 1.44269504f, magic);
  const float n = shifted - magic;
  const float r = Fma(n, -1.42860677e-6f, Fma(n, -0.693145752f, x));
  return {static_cast<int>(ToBits(shifted) - ToBits(magic)), r};
}

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2. Source: Cephes expf.
TRICORN_SCALAR float ExpTail(float r) {
  float p = 1.9875691500e-4f;
  p = Fma(p, r, 1.3981999507e-3f);
  p = Fma(p, r, 8.3334519073e-3f);
  p = Fma(p, r, 4.1665795894e-2f);
  p = Fma(p, r, 1.6666665459e-1f);
  return Fma(p, r, 5.0000001201e-1f);
}

// -- Exponentials
// -----------------------------------------------------------------------------------

#ifdef __CUDACC__
TRICORN_SCALAR float exp(float x) { return ::expf(x); }
#else
TRICORN_SCALAR float exp(float x) {
  // Clipped where the result is 0 or infinite already; NaN fails both comparisons and stays.
  float c = x > 89.0f ? 89.0f : x;
  c = c < -104.0f ? -104.0f : c;
  const Reduced v = ReduceByLn2(c);
  const float p = Fma(v.r * v.r, ExpTail(v.r), v.r) + 1.0f;
  // In two steps: 2^n itself may be subnormal or beyond the range.
  const int half = v.n >> 1;
  return p * PowerOfTwo(half) * PowerOfTwo(v.n - half);
}
#endif
TRICORN_SCALAR double exp(double x) { return ::exp(x); }

TRICORN_SCALAR float expm1(float x) {
  float c = x > 89.0f ? 89.0f : x;
  c = c < -18.0f ? -18.0f : c;
  const Reduced v = ReduceByLn2(c);
  const float p = Fma(v.r * v.r, ExpTail(v.r), v.r);
  const float half_scale = PowerOfTwo(v.n - 1);
  const float y = 2.0f * Fma(half_scale, p, half_scale - 0.5f);
  return x == 0.0f ? x : y;
}
TRICORN_SCALAR double expm1(double x) { return ::expm1(x); }

TRICORN_SCALAR float tanh(float x) {
  float a = FromBits(ToBits(x) & 0x7fffffffu);
  a = a > 10.0f ? 10.0f : a;
  const float t = expm1(-2.0f * a);
  return CopySign(-t / (t + 2.0f), x);
}
TRICORN_SCALAR double tanh(double x) { return ::tanh(x); }

TRICORN_SCALAR float sigmoid(float x) {
  const float e = exp(-FromBits(ToBits(x) & 0x7fffffffu));
  return (x >= 0.0f ? 1.0f : e) / (1.0f + e);
}
TRICORN_SCALAR double sigmoid(double x) {
  return x >= 0 ? 1 / (1 + ::exp(-x)) : ::exp(x) / (1 + ::exp(x));
}

// Two polynomials, in x near 0 and in the logarithm of 1 - y beyond.
// Source: N. Juffa's erff (minimax, 1 ulp).
TRICORN_SCALAR float erf(float x) {
  const float a = FromBits(ToBits(x) & 0x7fffffffu);
  const float t = a > 5.0f ? 5.0f : a;
  const float s = t * t;
  float far = Fma(-1.72853470e-5f, t, 3.83197126e-4f);
  far = Fma(far, s, Fma(-3.88396438e-3f, t, 2.42546219e-2f));
  far = Fma(far, t, -1.06777877e-1f);
  far = Fma(far, t, -6.34846687e-1f);
  far = Fma(far, t, -1.28717512e-1f);
  far = 1.0f - exp(Fma(far, t, -t));
  float near = -5.96761703e-4f;
  near = Fma(near, s, 4.99119423e-3f);
  near = Fma(near, s, -2.67681349e-2f);
  near = Fma(near, s, 1.12819925e-1f);
  near = Fma(near, s, -3.76125336e-1f);
  near = Fma(near, s, 1.28379166e-1f);
  near = Fma(near, t, t);
  return CopySign(t > 0.927734375f ? far : near, x);
}
TRICORN_SCALAR double erf(double x) { return ::erf(x); }

// -- Logarithms
// ---------------------------------------------------------------------------------------

// Source: Cephes logf.
TRICORN_SCALAR float log(float x) {
  // Subnormal numbers are scaled into the normal range.
  const bool tiny = x < 1.17549435e-38f;
  const unsigned bits = ToBits(tiny ? x * 8388608.0f : x);
  // m in [sqrt(1/2), sqrt(2)): the fraction of 0x3f3504f3 is sqrt(1/2)'s.
  const unsigned shifted = bits - 0x3f3504f3u;
  const float e = static_cast<float>(static_cast<int>(shifted) >> 23) - (tiny ? 23.0f : 0.0f);
  const float f = FromBits((shifted & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  float p = 7.0376836292e-2f;
  p = Fma(p, f, -1.1514610310e-1f);
  p = Fma(p, f, 1.1676998740e-1f);
  p = Fma(p, f, -1.2420140846e-1f);
  p = Fma(p, f, 1.4249322787e-1f);
  p = Fma(p, f, -1.6668057665e-1f);
  p = Fma(p, f, 2.0000714765e-1f);
  p = Fma(p, f, -2.4999993993e-1f);
  p = Fma(p, f, 3.3333331174e-1f);
  const float s = f * f;
  float y = p * f * s;
  y = Fma(e, -2.12194440e-4f, y);
  y = Fma(s, -0.5f, y);
  y = Fma(e, 0.693359375f, f + y);
  const float infinity = FromBits(0x7f800000u);
  y = x == infinity ? infinity : y;
  y = x == 0.0f ? -infinity : y;
  return x >= 0.0f ? y : FromBits(0x7fc00000u);
}
TRICORN_SCALAR double log(double x) { return ::log(x); }

TRICORN_SCALAR float log1p(float x) {
  const float u = 1.0f + x;
  const float lost = x - (u - 1.0f);  // by rounding 1 + x
  const float y = log(u) + (u == 0.0f ? 0.0f : lost / u);
  return x == FromBits(0x7f800000u) || x == 0.0f ? x : y;
}
TRICORN_SCALAR double log1p(double x) { return ::log1p(x); }

// -- The library's in both precisions
// -----------------------------------------------------------------

#define TRICORN_LIBRARY(name, library)                           \
  TRICORN_SCALAR float name(float x) { return ::library##f(x); } \
  TRICORN_SCALAR double name(double x) { return ::library(x); }
TRICORN_LIBRARY(sqrt, sqrt)
TRICORN_LIBRARY(sin, sin)
TRICORN_LIBRARY(cos, cos)
TRICORN_LIBRARY(tan, tan)
TRICORN_LIBRARY(arcsin, asin)
TRICORN_LIBRARY(arccos, acos)
TRICORN_LIBRARY(arctan, atan)
TRICORN_LIBRARY(sinh, sinh)
TRICORN_LIBRARY(cosh, cosh)
TRICORN_LIBRARY(arcsinh, asinh)
TRICORN_LIBRARY(arccosh, acosh)
TRICORN_LIBRARY(arctanh, atanh)
TRICORN_LIBRARY(floor, floor)
TRICORN_LIBRARY(ceil, ceil)
TRICORN_LIBRARY(trunc, trunc)
TRICORN_LIBRARY(round, rint)  // halves to even in the default rounding mode
#undef TRICORN_LIBRARY

TRICORN_SCALAR float rsqrt(float x) { return 1.0f / ::sqrtf(x); }
TRICORN_SCALAR double rsqrt(double x) { return 1.0 / ::sqrt(x); }

}  // namespace tricorn::ops::scalar
