// Compiled for 512-bit vectors: names of this file, and functions that are always inlined, alone.

#include "core/backend/cpu/product/narrow_rows.h"

#ifdef TRICORN_AVX512_LOOPS
#include <immintrin.h>
#endif

namespace tricorn::backend::cpu {

#ifdef TRICORN_AVX512_LOOPS
namespace {

// Rows of c from `row`: sums over k of one row of b times one column of a.
template <int kRows>
void MultiplyTile(const NarrowProduct& p, int64_t row) {
  const __mmask16 columns = static_cast<__mmask16>((1u << p.n) - 1);
  const float* a = p.a + row * p.a_row;
  const float* b = p.b;
  __m512 sums[kRows];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) sums[r] = _mm512_setzero_ps();
  for (int64_t k = 0; k < p.k; ++k, a += p.a_column, b += p.b_row) {
    const __m512 b_row = _mm512_maskz_loadu_ps(columns, b);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      sums[r] = _mm512_fmadd_ps(_mm512_set1_ps(a[r * p.a_row]), b_row, sums[r]);
    }
  }
  float* c = p.c + row * p.n;
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) _mm512_mask_storeu_ps(c + r * p.n, columns, sums[r]);
}

}  // namespace

void MultiplyNarrowRows(const NarrowProduct& product, int64_t begin, int64_t end) {
  int64_t row = begin;
  for (; row + kNarrowTileRows <= end; row += kNarrowTileRows) {
    MultiplyTile<kNarrowTileRows>(product, row);
  }
  for (; row + 4 <= end; row += 4) MultiplyTile<4>(product, row);
  for (; row < end; ++row) MultiplyTile<1>(product, row);
}
#else
void MultiplyNarrowRows(const NarrowProduct&, int64_t, int64_t) {}
#endif

}  // namespace tricorn::backend::cpu
