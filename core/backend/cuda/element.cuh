#pragma once

// What generated kernels are written in: element types, conversions, Philox. Read by NVRTC, which
// gets it as a string: only headers that are handed over with it may be included.

#include "core/ops/elementwise/scalar.h"

namespace scalar = tricorn::ops::scalar;

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef short i16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
typedef float f32;
typedef double f64;
struct f16 {
  u16 bits;
};
struct bf16 {
  u16 bits;
};

// What an element is computed in.
template <typename T>
struct WideOf {
  typedef T type;
};
template <>
struct WideOf<f16> {
  typedef float type;
};
template <>
struct WideOf<bf16> {
  typedef float type;
};
template <typename T>
using Wide = typename WideOf<T>::type;

template <typename T>
__device__ inline T Widen(T x) {
  return x;
}
__device__ inline float Widen(bf16 x) { return __uint_as_float(u32(x.bits) << 16); }
__device__ inline float Widen(f16 x) {
  float y;
  asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
  return y;
}

// Rounds to nearest, ties to even.
template <typename T>
struct Narrow {
  __device__ static inline T Of(T x) { return x; }
};
template <>
struct Narrow<bf16> {
  __device__ static inline bf16 Of(float x) {
    bf16 y;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
    return y;
  }
};
template <>
struct Narrow<f16> {
  __device__ static inline f16 Of(float x) {
    f16 y;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
    return y;
  }
};

// The op "cast" on computed values: to bool tests for zero, to integers truncates.
template <typename To, typename From>
struct Convert {
  __device__ static inline Wide<To> Of(From x) { return static_cast<Wide<To>>(x); }
};
template <typename From>
struct Convert<bool, From> {
  __device__ static inline bool Of(From x) { return x != From(0); }
};

// -- Neighbouring elements ------------------------------------------------------------------------

template <typename T, int kWidth>
struct alignas(sizeof(T) * kWidth < 16 ? sizeof(T) * kWidth : 16) Vector {
  T at[kWidth];
};

// The first `left` of them, as one access where they lie so that it can be.
template <int kWidth, typename T>
__device__ inline Vector<T, kWidth> Load(const T* from, int left) {
  typedef Vector<T, kWidth> All;
  if (left == kWidth && u64(from) % alignof(All) == 0) return *reinterpret_cast<const All*>(from);
  All some = {};
#pragma unroll
  for (int u = 0; u < kWidth; ++u) {
    if (u < left) some.at[u] = from[u];
  }
  return some;
}
template <int kWidth, typename T>
__device__ inline void Store(const Vector<T, kWidth>& values, T* to, int left) {
  typedef Vector<T, kWidth> All;
  if (left == kWidth && u64(to) % alignof(All) == 0) {
    *reinterpret_cast<All*>(to) = values;
    return;
  }
#pragma unroll
  for (int u = 0; u < kWidth; ++u) {
    if (u < left) to[u] = values.at[u];
  }
}

// -- Folds of reductions --------------------------------------------------------------------------

struct Sum {
  template <typename T>
  __device__ static inline T Of(T a, T b) {
    return scalar::add(a, b);
  }
};
struct Prod {
  template <typename T>
  __device__ static inline T Of(T a, T b) {
    return scalar::multiply(a, b);
  }
};
struct Max {
  template <typename T>
  __device__ static inline T Of(T a, T b) {
    return scalar::maximum(a, b);
  }
};
struct Min {
  template <typename T>
  __device__ static inline T Of(T a, T b) {
    return scalar::minimum(a, b);
  }
};
struct Any {
  __device__ static inline bool Of(bool a, bool b) { return a || b; }
};
struct All {
  __device__ static inline bool Of(bool a, bool b) { return a && b; }
};

// The fold of one value of each of the block's threads, in the order of a balanced tree; in thread
// 0. `shared` has room for a value a thread.
template <typename Fold, typename T>
__device__ inline T FoldBlock(T value, T* shared) {
  shared[threadIdx.x] = value;
  __syncthreads();
  for (u32 half = blockDim.x / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      shared[threadIdx.x] = Fold::Of(shared[threadIdx.x], shared[threadIdx.x + half]);
    }
    __syncthreads();
  }
  return shared[0];
}

// -- Random bits ----------------------------------------------------------------------------------

struct Words {
  u32 w[4];
};
// Philox4x32-10 at counter (low and high word of `counter`, 0, 0). Source: core/base/random.h.
__device__ inline Words Philox(u32 key0, u32 key1, u64 counter) {
  u32 c0 = u32(counter), c1 = u32(counter >> 32), c2 = 0, c3 = 0;
  for (int round = 0; round < 10; ++round) {
    const u64 p0 = u64(c0) * 0xD2511F53u;
    const u64 p1 = u64(c2) * 0xCD9E8D57u;
    c0 = u32(p1 >> 32) ^ c1 ^ key0;
    c1 = u32(p1);
    c2 = u32(p0 >> 32) ^ c3 ^ key1;
    c3 = u32(p0);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return Words{{c0, c1, c2, c3}};
}
