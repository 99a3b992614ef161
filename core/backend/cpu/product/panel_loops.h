#pragma once

#include <cstdint>

namespace tricorn::backend::cpu {

constexpr int64_t kPanelTileRows = 14;  // x kPanelColumns sums, which fill the vector registers
constexpr int64_t kPanelColumns = 32;   // two 512-bit vectors
constexpr int64_t kPanelDepth = 256;    // a panel of b this deep stays in the first-level cache

// c (m, n) = a (m, k) b (k, n). Strides count elements; of each operand's two one is 1. c is dense.
struct PanelProduct {
  const float* a;
  const float* b;
  float* c;
  int64_t a_row, a_column;
  int64_t b_row, b_column;
  int64_t n, k;

  bool packs_a() const { return a_column != 1; }
};

struct PanelRange {
  int64_t first_row, last_row;
  int64_t first_column, last_column;  // multiples of kPanelColumns
};

// Floats of workspace that MultiplyPanels needs for so many rows of depth `k`.
int64_t PanelWorkspaceSize(int64_t rows, int64_t k, bool packs_a);

// The range of c: panel after panel of b, tile after tile of a. Every element is one sum in the
// order of k, whatever the range. `workspace` is 64-byte aligned. Needs HasAvx512().
void MultiplyPanels(const PanelProduct& product, const PanelRange& range, float* workspace);

}  // namespace tricorn::backend::cpu
