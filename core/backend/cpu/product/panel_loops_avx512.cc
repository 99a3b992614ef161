// Compiled for 512-bit vectors: names of this file, and functions that are always inlined, alone.

#include "core/backend/cpu/product/panel_loops.h"

#ifdef TRICORN_AVX512_LOOPS
#include <immintrin.h>
#endif

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kLanes = 16;

constexpr int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Rows of one tile of packed a: its columns one after another, each padded to a vector. One vector
// more between tiles keeps their columns out of the same cache sets.
constexpr int64_t PackedTileSize(int64_t k) { return (k + 1) * kLanes; }

}  // namespace

int64_t PanelWorkspaceSize(int64_t rows, int64_t k, bool packs_a) {
  const int64_t panel = kPanelDepth * kPanelColumns;
  return panel + (packs_a ? CeilDiv(rows, kPanelTileRows) * PackedTileSize(k) : 0);
}

#ifdef TRICORN_AVX512_LOOPS
namespace {

// The rows of a range, cut into tiles of nearly the same height.
struct Tiles {
  int64_t first_row, rows, count;
  int64_t begin(int64_t tile) const { return first_row + rows * tile / count; }
  int64_t height(int64_t tile) const { return begin(tile + 1) - begin(tile); }
};

// A tile of the product over one block of k.
struct TileWork {
  const float* a;  // its element (row, k) is at row * a_row + k * a_column
  int64_t a_row;
  const float* b;  // the panel, rows b_row apart
  int64_t b_row;
  float* kept;  // where a copy of the panel goes, dense
  float* c;
  int64_t c_row;
  int64_t depth;
  bool adds;  // to what c holds
};

// kPacked: a is packed. kKeeps: copies the panel on the way, and asks for the one to its right.
template <int kRows, bool kPacked, bool kKeeps>
void MultiplyTile(const TileWork& work) {
  __m512 sums[kRows][2];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    const float* c = work.c + r * work.c_row;
    sums[r][0] = work.adds ? _mm512_loadu_ps(c) : _mm512_setzero_ps();
    sums[r][1] = work.adds ? _mm512_loadu_ps(c + kLanes) : _mm512_setzero_ps();
  }
  const float* a = work.a;
  const float* b = work.b;
  float* kept = work.kept;
  const int64_t a_row = kPacked ? 1 : work.a_row;
  for (int64_t k = 0; k < work.depth; ++k) {
    const __m512 left = _mm512_loadu_ps(b);
    const __m512 right = _mm512_loadu_ps(b + kLanes);
    if constexpr (kKeeps) {
      _mm512_store_ps(kept, left);
      _mm512_store_ps(kept + kLanes, right);
      __builtin_prefetch(b + kPanelColumns, 0, 2);
      __builtin_prefetch(b + kPanelColumns + kLanes, 0, 2);
      kept += kPanelColumns;
    }
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const __m512 element = _mm512_set1_ps(a[r * a_row]);
      sums[r][0] = _mm512_fmadd_ps(element, left, sums[r][0]);
      sums[r][1] = _mm512_fmadd_ps(element, right, sums[r][1]);
    }
    a += kPacked ? kLanes : 1;
    b += kKeeps ? work.b_row : kPanelColumns;
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    float* c = work.c + r * work.c_row;
    _mm512_storeu_ps(c, sums[r][0]);
    _mm512_storeu_ps(c + kLanes, sums[r][1]);
  }
}

using TileLoop = void (*)(const TileWork& work);

// By the height of the tile, from 1.
template <bool kPacked, bool kKeeps>
constexpr TileLoop kTileLoops[kPanelTileRows + 1] = {
    nullptr,
    MultiplyTile<1, kPacked, kKeeps>,
    MultiplyTile<2, kPacked, kKeeps>,
    MultiplyTile<3, kPacked, kKeeps>,
    MultiplyTile<4, kPacked, kKeeps>,
    MultiplyTile<5, kPacked, kKeeps>,
    MultiplyTile<6, kPacked, kKeeps>,
    MultiplyTile<7, kPacked, kKeeps>,
    MultiplyTile<8, kPacked, kKeeps>,
    MultiplyTile<9, kPacked, kKeeps>,
    MultiplyTile<10, kPacked, kKeeps>,
    MultiplyTile<11, kPacked, kKeeps>,
    MultiplyTile<12, kPacked, kKeeps>,
    MultiplyTile<13, kPacked, kKeeps>,
    MultiplyTile<14, kPacked, kKeeps>,
};

TileLoop FindTileLoop(int64_t height, bool packed, bool keeps) {
  if (packed) return keeps ? kTileLoops<true, true>[height] : kTileLoops<true, false>[height];
  return keeps ? kTileLoops<false, true>[height] : kTileLoops<false, false>[height];
}

// Columns of a, which lie together, tile by tile.
void PackTiles(const PanelProduct& p, const Tiles& tiles, float* packed) {
  const int64_t tile_size = PackedTileSize(p.k);
  for (int64_t k = 0; k < p.k; ++k) {
    const float* column = p.a + k * p.a_column;
    for (int64_t t = 0; t < tiles.count; ++t) {
      const auto rows = static_cast<__mmask16>((1u << tiles.height(t)) - 1);
      _mm512_store_ps(packed + t * tile_size + k * kLanes,
                      _mm512_maskz_loadu_ps(rows, column + tiles.begin(t)));
    }
  }
}

// to[k * kPanelColumns + i] = from[i * stride + k] for 16 x 16 elements.
void TransposeBlock(const float* from, int64_t stride, float* to) {
  __m512 x[16], y[16];
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) x[i] = _mm512_loadu_ps(from + i * stride);
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    const auto pair = [&](int j) { return _mm512_castps_pd(y[i + j]); };
    x[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(pair(0), pair(2)));
    x[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pair(0), pair(2)));
    x[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pair(1), pair(3)));
    x[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pair(1), pair(3)));
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    y[i] = _mm512_shuffle_f32x4(x[i], x[i + 4], 0x88);
    y[i + 4] = _mm512_shuffle_f32x4(x[i], x[i + 4], 0xdd);
    y[i + 8] = _mm512_shuffle_f32x4(x[i + 8], x[i + 12], 0x88);
    y[i + 12] = _mm512_shuffle_f32x4(x[i + 8], x[i + 12], 0xdd);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 8; ++i) {
    _mm512_store_ps(to + i * kPanelColumns, _mm512_shuffle_f32x4(y[i], y[i + 8], 0x88));
    _mm512_store_ps(to + (i + 8) * kPanelColumns, _mm512_shuffle_f32x4(y[i], y[i + 8], 0xdd));
  }
}

// The panel of a transposed b: `from` is its first element, rows of k `stride` apart.
void TransposePanel(const float* from, int64_t stride, int64_t depth, float* panel) {
  int64_t k = 0;
  for (; k + kLanes <= depth; k += kLanes) {
    TransposeBlock(from + k, stride, panel + k * kPanelColumns);
    TransposeBlock(from + kLanes * stride + k, stride, panel + k * kPanelColumns + kLanes);
  }
  for (; k < depth; ++k) {
    for (int64_t i = 0; i < kPanelColumns; ++i) panel[k * kPanelColumns + i] = from[i * stride + k];
  }
}

// One panel of c, `depth` of k at a time.
void MultiplyPanel(const PanelProduct& p, const Tiles& tiles, int64_t column, int64_t depth,
                   const float* packed, float* panel) {
  for (int64_t k = 0; k < p.k; k += depth) {
    const int64_t left = p.k - k;
    const float* b = p.b + k * p.b_row + column * p.b_column;
    const bool transposes = p.b_column != 1;
    TileWork work;
    work.a_row = p.a_row;
    work.b_row = p.b_row;
    work.kept = panel;
    work.c_row = p.n;
    work.depth = left < depth ? left : depth;
    work.adds = k > 0;
    if (transposes) TransposePanel(b, p.b_column, work.depth, panel);
    for (int64_t t = 0; t < tiles.count; ++t) {
      const bool keeps = t == 0 && !transposes;
      work.a = p.packs_a() ? packed + t * PackedTileSize(p.k) + k * kLanes
                           : p.a + tiles.begin(t) * p.a_row + k;
      work.b = keeps ? b : panel;
      work.c = p.c + tiles.begin(t) * p.n + column;
      FindTileLoop(tiles.height(t), p.packs_a(), keeps)(work);
    }
  }
}

}  // namespace

void MultiplyPanels(const PanelProduct& product, const PanelRange& range, float* workspace) {
  const int64_t rows = range.last_row - range.first_row;
  const Tiles tiles{range.first_row, rows, CeilDiv(rows, kPanelTileRows)};
  float* panel = workspace;
  float* packed = workspace + kPanelDepth * kPanelColumns;
  if (product.packs_a()) PackTiles(product, tiles, packed);
  const int64_t blocks = CeilDiv(product.k, kPanelDepth);
  const int64_t depth = CeilDiv(CeilDiv(product.k, blocks), kLanes) * kLanes;
  for (int64_t c = range.first_column; c < range.last_column; c += kPanelColumns) {
    MultiplyPanel(product, tiles, c, depth, packed, panel);
  }
}
#else
void MultiplyPanels(const PanelProduct&, const PanelRange&, float*) {}
#endif

}  // namespace tricorn::backend::cpu
