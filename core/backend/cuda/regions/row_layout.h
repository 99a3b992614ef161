#pragma once

#include <cstdint>
#include <vector>

#include "core/ir/graph.h"
#include "core/transform/fusion/fuse_rows.h"

namespace tricorn::backend::cuda {

// What a kernel over rows has to hold.
struct RowDemand {
  int64_t num_rows = 1;
  int64_t row_length = 1;
  int64_t max_width = 1;     // elements side by side that can be one access
  int num_arrays = 0;        // whole arrays that are read
  int64_t array_nbytes = 0;  // bytes of an element of each of them, added up
  int num_column_folds = 0;  // reductions of all rows to one
  bool folds_rows = false;   // reductions of each row
  bool has_elements = true;  // whether anything has an element for each of the array
};

// How threads share rows. A row is shared by `lanes` threads, each of which computes `width`
// neighbouring elements at a time, `chunks` times; a block works on `slots` rows side by side, and
// `row_blocks` blocks one after another on all of them. Without folds of rows, `column_blocks`
// share their columns.
struct RowLayout {
  enum class Keep : uint8_t { kRegisters, kShared, kNowhere };

  int width = 1;
  int lanes = 1;
  int chunks = 1;
  int slots = 256;
  int64_t row_blocks = 1;
  int64_t column_blocks = 1;
  Keep keep = Keep::kRegisters;  // where a row's operands are between passes over it

  int threads() const { return lanes * slots; }
};

RowLayout LayoutFor(const RowDemand& demand);

}  // namespace tricorn::backend::cuda
