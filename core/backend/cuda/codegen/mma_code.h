#pragma once

#include <string_view>

// CUDA C++ that kernels with products of their own are written in, over element.cuh: operands as
// 32-bit words (a float32 rounded to TF32, or two of half precision), sums in float32.

namespace tricorn::backend::cuda {

// Mma(sum, a, b, T()): sum (16 x 8) += a (16 x k) b (k x 8) by a warp, k of 32 bytes. With g = lane
// / 4 and t = lane % 4, words of a are (row g, word t), (row g + 8, t), (g, t + 4), (g + 8, t + 4),
// of b (column g, words t and t + 4), and sum holds columns 2 t and 2 t + 1 of rows g and g + 8.
// PackWord(p, stride): the word of the element at p and, of half precision, the one `stride` on.
// RoundWord(word, T()): a stored word as Mma multiplies it.
// Publish(flag, value), Await(flag, value): what a block wrote before the one (after a barrier)
// can be read, past the first-level cache, after the other.
inline constexpr std::string_view kMmaCode = R"(
__device__ inline u32 PackWord(const f32* from, int) {
  u32 word;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(word) : "f"(*from));
  return word;
}
template <typename T>
__device__ inline u32 PackWord(const T* from, int stride) {
  return u32(from[0].bits) | u32(from[stride].bits) << 16;
}
__device__ inline u32 RoundWord(u32 word, f32) {
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(word) : "f"(__uint_as_float(word)));
  return word;
}
__device__ inline u32 RoundWord(u32 word, f16) { return word; }
__device__ inline u32 RoundWord(u32 word, bf16) { return word; }
__device__ inline void Mma(float* sum, const u32* a, const u32* b, f32) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ inline void Mma(float* sum, const u32* a, const u32* b, f16) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ inline void Mma(float* sum, const u32* a, const u32* b, bf16) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
      "{%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
__device__ inline void Publish(u32* flag, u32 value) {
  __threadfence();
  asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(flag), "r"(value) : "memory");
}
__device__ inline void Await(const u32* flag, u32 value) {
  u32 seen;
  do {
    asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(flag) : "memory");
  } while (seen < value);
}
)";

}  // namespace tricorn::backend::cuda
