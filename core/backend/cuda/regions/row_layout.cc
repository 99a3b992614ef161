#include "core/backend/cuda/regions/row_layout.h"

#include <algorithm>

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMultiprocessors = 132;  // of an H100
constexpr int64_t kMaxHeldElements = 96;   // a thread, of all arrays
constexpr int64_t kMaxElements = 32;       // a thread, of each
constexpr int64_t kSharedNbytes = 220 << 10;
constexpr int64_t kMaxColumnBlocks = 65535;
constexpr int64_t kMaxRowsOfBlock = 2048;
constexpr int kMaxSlots = 128;
constexpr int64_t kSectorNbytes = 32;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int PowerOfTwoFrom(int64_t least) {
  int power = 1;
  while (power < least) power *= 2;
  return power;
}

// The threads that share a row with folds: few, so that these stay within a warp, but as many as it
// takes to hold the row in registers, or to fill the device with few rows.
void ChooseLanes(const RowDemand& d, int64_t pieces, RowLayout& layout) {
  const int64_t held = std::max(d.num_arrays + d.num_column_folds, 1);
  const int64_t most = std::max<int64_t>(
      std::min(kMaxElements, kMaxHeldElements / held) / layout.width, 1);  // chunks
  const int64_t busy = kMultiprocessors * 512 / std::max<int64_t>(d.num_rows, 1);
  const int64_t wanted = std::max(CeilDiv(pieces, most), std::min({busy, pieces, int64_t{256}}));
  layout.lanes = wanted <= 32 ? PowerOfTwoFrom(wanted)
                              : static_cast<int>(std::min<int64_t>(CeilDiv(wanted, 32) * 32, 1024));
  layout.chunks = static_cast<int>(CeilDiv(pieces, layout.lanes));
  if (layout.chunks <= most) return;
  // Too long for registers: two blocks a multiprocessor, so that one computes while another waits.
  layout.lanes = 512;
  layout.chunks = static_cast<int>(CeilDiv(pieces, layout.lanes));
  const int64_t nbytes =
      int64_t{layout.lanes} * layout.chunks * layout.width * std::max<int64_t>(d.array_nbytes, 1);
  layout.keep = nbytes <= kSharedNbytes ? RowLayout::Keep::kShared : RowLayout::Keep::kNowhere;
}

RowLayout WithRowFolds(const RowDemand& d, RowLayout layout) {
  ChooseLanes(d, CeilDiv(d.row_length, layout.width), layout);
  layout.slots = std::max(256 / layout.lanes, 1);
  layout.row_blocks = std::max<int64_t>(CeilDiv(d.num_rows, layout.slots), 1);
  if (d.num_column_folds > 0) {
    const int64_t resident = kMultiprocessors * std::max(512 / layout.threads(), 1);
    layout.row_blocks = std::min(layout.row_blocks, resident);
    // A second stage costs a launch.
    if (layout.row_blocks <= 8 && d.row_length <= 64) layout.row_blocks = 1;
  }
  return layout;
}

// Folds of columns alone: threads stay at their columns.
RowLayout WithColumnFolds(const RowDemand& d, RowLayout layout) {
  const int64_t pieces = CeilDiv(d.row_length, layout.width);
  const bool is_short = d.num_rows <= kMaxRowsOfBlock;  // one block takes all: no second stage
  const int64_t most_slots =
      is_short ? PowerOfTwoFrom(std::min(d.num_rows, int64_t{kMaxSlots})) : 1;
  // No fewer than read whole sectors of memory.
  const int64_t element_nbytes = d.num_arrays == 0 ? 4 : d.array_nbytes / d.num_arrays;
  const int64_t sector = CeilDiv(kSectorNbytes, layout.width * element_nbytes);
  layout.lanes = static_cast<int>(std::min(pieces, std::max(256 / most_slots, sector)));
  if (CeilDiv(pieces, layout.lanes) > kMaxColumnBlocks) layout.lanes = 256;
  layout.slots = std::max(256 / layout.lanes, 1);
  layout.column_blocks = CeilDiv(pieces, layout.lanes);
  if (is_short) return layout;
  const int64_t wanted = std::max<int64_t>(kMultiprocessors * 6 / layout.column_blocks, 1);
  // Each thread folds several rows before its result is folded with others'.
  layout.row_blocks =
      std::clamp<int64_t>(CeilDiv(d.num_rows, int64_t{layout.slots} * 8), 1, wanted);
  return layout;
}

}  // namespace

RowLayout LayoutFor(const RowDemand& d) {
  RowLayout layout{.width = static_cast<int>(d.max_width)};
  if (!d.has_elements) {
    layout.width = 1;
    layout.chunks = 0;
    layout.row_blocks = CeilDiv(d.num_rows, layout.slots);
    return layout;
  }
  if (d.folds_rows) return WithRowFolds(d, layout);
  if (d.num_column_folds > 0) return WithColumnFolds(d, layout);
  // Each row has numbers of its own, but nothing is folded.
  const int64_t pieces = CeilDiv(d.row_length, layout.width);
  layout.lanes = static_cast<int>(std::min<int64_t>(pieces, 256));
  layout.slots = std::max(256 / layout.lanes, 1);
  layout.column_blocks = CeilDiv(pieces, layout.lanes);
  layout.row_blocks = CeilDiv(d.num_rows, layout.slots);
  return layout;
}

}  // namespace tricorn::backend::cuda
