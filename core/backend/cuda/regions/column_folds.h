#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/backend/cuda/regions/row_layout.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cuda {

// A reduction of a region of rows, in generated code.
struct RegionFold {
  ir::ValueId result = -1;
  ir::ValueId operand = -1;
  int level = 0;            // of the operand: folds that must be done before
  std::string name;         // in element.cuh
  std::string start, wide;  // what it starts from, and the type that it computes in
  // Of a reduction of all rows to one: what stores `sum` of column {}, and where in the workspace
  // the blocks' parts are.
  std::string stored = "";
  int64_t partial_offset = 0;
};

// Reductions of all rows to one, the same bits every run. Each thread has accumulators of its
// columns, `column12` of result 12, for the rows that it meets.
std::string ColumnAccumulators(std::span<const RegionFold> folds, const RowLayout& layout);
// Then the slots of a block fold theirs, into results if the block is the only one, else into the
// workspace,
std::string FoldOfSlots(std::span<const RegionFold> folds, const RowLayout& layout,
                        int64_t row_length);
// where a second kernel, of a row of blocks for each fold, finds the parts of all blocks.
std::string FoldOfBlocks(std::span<const RegionFold> folds, const RowLayout& layout,
                         int64_t row_length);

}  // namespace tricorn::backend::cuda
