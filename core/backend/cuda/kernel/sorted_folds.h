#pragma once

#include <memory>
#include <string>

#include "core/backend/cuda/codegen/fold_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"

namespace tricorn::backend::cuda {

// Result 0, (length, inner): row i is the fold of the rows of updates whose index is i, in the
// order in which they come. Indices outside [0, length) are left out.
struct SortedFolds {
  FoldCode fold;  // FoldOf
  int64_t length = 0;
  int64_t inner = 1;    // elements of a row
  int64_t count = 0;    // indices, and rows of updates
  std::string indices;  // the operands' names
  std::string updates;
  std::string base;  // what row i begins with, an operand; empty for the fold's start
};

// Through the sorted indices, without atomics: the same bits every run. nullptr where there are too
// many or so few that it is quicker for each element to look at all of them.
std::unique_ptr<Kernel> MakeSortedFolds(const KernelRequest& request, const SortedFolds& folds);

}  // namespace tricorn::backend::cuda
