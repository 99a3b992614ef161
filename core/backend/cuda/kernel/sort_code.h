#pragma once

#include <string>

#include "core/backend/cuda/kernel/generated_kernel.h"

namespace tricorn::backend::cuda {

// Stable sorting of `rows` rows of `length` keys as stages of a generated kernel: pieces are sorted
// within a block each, then each key finds its rank among the other pieces. No atomics.
struct SortPlan {
  int64_t rows = 1;
  int64_t length = 0;
  std::string key;     // the u64 key of element `k` of row `row`, as an expression
  std::string result;  // a statement, given `row`, `rank`, `key` and `place` (where the key was)
};

std::vector<GeneratedKernel::Stage> SortStages(const SortPlan& plan);
// Bytes at the start of the workspace that the stages use.
int64_t SortWorkspaceNbytes(const SortPlan& plan);

}  // namespace tricorn::backend::cuda
