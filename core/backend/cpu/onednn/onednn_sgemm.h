#pragma once

#include <cstdint>

namespace tricorn::backend::cpu {

// A float32 matrix in memory: `stride` elements from row to row.
struct MatrixView {
  const float* data;
  int64_t stride;
  bool transposed = false;
};

// c (m, n) = alpha a (m, k) b (k, n) + beta c, `c_stride` elements from row to row of c. On the
// calling thread alone when it is one of ParallelFor's.
void Sgemm(int64_t m, int64_t n, int64_t k, float alpha, const MatrixView& a, const MatrixView& b,
           float beta, float* c, int64_t c_stride);

}  // namespace tricorn::backend::cpu
