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

// erf to the precision of half types: within 5e-7.
__device__ inline float ShortErf(float x) {
  const float t = x < -4.0f ? -4.0f : x > 4.0f ? 4.0f : x;
  const float s = t * t;
  float p = scalar::Fma(-2.72614225801306e-10f, s, 2.77068142495902e-08f);
  p = scalar::Fma(p, s, -2.10102402082508e-06f);
  p = scalar::Fma(p, s, -5.69250639462346e-05f);
  p = scalar::Fma(p, s, -7.34990630326855e-04f);
  p = scalar::Fma(p, s, -2.95459980854025e-03f);
  p = scalar::Fma(p, s, -1.60960333262415e-02f);
  float q = scalar::Fma(-1.45660718464996e-05f, s, -2.13374055278905e-04f);
  q = scalar::Fma(q, s, -1.68282697438203e-03f);
  q = scalar::Fma(q, s, -7.37332916720468e-03f);
  q = scalar::Fma(q, s, -1.42647390514189e-02f);
  return __fdividef(t * p, q);
}

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

// The same of all, where they lie so; 16 bytes an access.
template <int kBytes>
struct RawOf;
template <>
struct RawOf<1> {
  typedef u8 type;
};
template <>
struct RawOf<2> {
  typedef u16 type;
};
template <>
struct RawOf<4> {
  typedef u32 type;
};
template <>
struct RawOf<8> {
  typedef uint2 type;
};
template <>
struct RawOf<16> {
  typedef uint4 type;
};
template <typename T, int kWidth>
struct Accesses {
  static constexpr int kNbytes = sizeof(T) * kWidth < 16 ? sizeof(T) * kWidth : 16;  // of each
  static constexpr int kCount = sizeof(T) * kWidth / kNbytes;
  typedef typename RawOf<kNbytes>::type Raw;
};
template <int kWidth, typename T>
__device__ inline Vector<T, kWidth> Load(const T* from) {
  typedef Accesses<T, kWidth> A;
  typename A::Raw raw[A::kCount];
#pragma unroll
  for (int i = 0; i < A::kCount; ++i) raw[i] = reinterpret_cast<const typename A::Raw*>(from)[i];
  Vector<T, kWidth> values;
  memcpy(&values, raw, sizeof(values));
  return values;
}
template <int kWidth, typename T>
__device__ inline void Store(const Vector<T, kWidth>& values, T* to) {
  typedef Accesses<T, kWidth> A;
  typename A::Raw raw[A::kCount];
  memcpy(raw, &values, sizeof(values));
#pragma unroll
  for (int i = 0; i < A::kCount; ++i) reinterpret_cast<typename A::Raw*>(to)[i] = raw[i];
}
// From global to shared memory, where they are after WaitForCopies.
template <int kWidth, typename T>
__device__ inline void CopyToShared(const T* from, T* to) {
  typedef Accesses<T, kWidth> A;
  if constexpr (A::kNbytes >= 4) {
    const u32 address = u32(__cvta_generic_to_shared(to));
#pragma unroll
    for (int i = 0; i < A::kCount; ++i) {
      asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(address + i * A::kNbytes),
                   "l"(reinterpret_cast<const u8*>(from) + i * A::kNbytes), "n"(A::kNbytes)
                   : "memory");
    }
  } else {
    Store(Load<kWidth>(from), to);
  }
}
__device__ inline void WaitForCopies() { asm volatile("cp.async.wait_all;" ::: "memory"); }

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

// The folds of one value of each of kLanes threads side by side (a power of two within a warp), in
// each of them.
template <typename T>
__device__ inline T ShuffleXor(T value, int mask) {
  if constexpr (sizeof(T) == 8) {
    u64 bits;
    memcpy(&bits, &value, sizeof(T));
    bits = __shfl_xor_sync(0xffffffffu, bits, mask);
    memcpy(&value, &bits, sizeof(T));
  } else {
    u32 bits = 0;
    memcpy(&bits, &value, sizeof(T));
    bits = __shfl_xor_sync(0xffffffffu, bits, mask);
    memcpy(&value, &bits, sizeof(T));
  }
  return value;
}
template <typename Fold, int kLanes, typename T>
__device__ inline T FoldLanes(T value) {
#pragma unroll
  for (int mask = kLanes / 2; mask > 0; mask /= 2) {
    value = Fold::Of(value, ShuffleXor(value, mask));
  }
  return value;
}
// The fold of kCount values, in order.
template <typename Fold, int kCount, typename T>
__device__ inline T FoldShared(const T* shared) {
  T value = shared[0];
#pragma unroll
  for (int i = 1; i < kCount; ++i) value = Fold::Of(value, shared[i]);
  return value;
}

// -- Sorting --------------------------------------------------------------------------------------

// Numbers that are in the order of their keys; NaN is the greatest, and 0 is -0.
template <typename T>
__device__ inline u64 SortKey(T x) {
  if constexpr (T(0.5) != T(0) && sizeof(T) == 8) {
    const u64 bits = u64(__double_as_longlong(x + T(0)));
    return x != x ? ~0ull : bits >> 63 != 0 ? ~bits : bits | 1ull << 63;
  } else if constexpr (T(0.5) != T(0) && sizeof(T) == 4) {
    const u32 bits = __float_as_uint(x + T(0));
    return x != x ? 0xffffffffull : bits >> 31 != 0 ? u64(~bits) : u64(bits | 1u << 31);
  } else if constexpr (T(-1) < T(0)) {
    return u64(i64(x)) ^ 1ull << 63;
  } else {
    return u64(x);
  }
}
// Sorts kCount (a power of two) keys, equal ones by their places, with half as many threads.
template <int kCount>
__device__ inline void SortShared(u64* keys, u32* places) {
  __syncthreads();
  for (int size = 2; size <= kCount; size *= 2) {
    for (int stride = size / 2; stride > 0; stride /= 2) {
      const int i = 2 * threadIdx.x - (threadIdx.x & (stride - 1)), j = i + stride;
      const bool ascends = (i & size) == 0;
      const bool is_after = keys[i] > keys[j] || (keys[i] == keys[j] && places[i] > places[j]);
      if (is_after == ascends) {
        const u64 key = keys[i];
        keys[i] = keys[j];
        keys[j] = key;
        const u32 place = places[i];
        places[i] = places[j];
        places[j] = place;
      }
      __syncthreads();
    }
  }
}
// How many of `count` keys in order are less than `key`, or also equal to it.
__device__ inline int CountBelow(const u64* keys, int count, u64 key, bool or_equal) {
  int low = 0, high = count;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (keys[middle] < key || (or_equal && keys[middle] == key)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
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
