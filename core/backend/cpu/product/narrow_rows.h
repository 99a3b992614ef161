#pragma once

#include <cstdint>

namespace tricorn::backend::cpu {

constexpr int64_t kNarrowColumns = 16;   // lanes of a 512-bit vector
constexpr int64_t kNarrowTileRows = 16;  // vectors that are summed at a time

// c (m, n) = a (m, k) b (k, n), n up to kNarrowColumns. Strides count elements; c is dense, and so
// are the rows of b.
struct NarrowProduct {
  const float* a;
  const float* b;
  float* c;
  int64_t a_row, a_column;
  int64_t b_row;
  int64_t n, k;
};

// Rows [begin, end) of c. Needs HasAvx512().
void MultiplyNarrowRows(const NarrowProduct& product, int64_t begin, int64_t end);

}  // namespace tricorn::backend::cpu
