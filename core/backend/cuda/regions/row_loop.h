#pragma once

#include <cstdint>
#include <string>

#include "core/backend/cuda/regions/row_layout.h"

namespace tricorn::backend::cuda {

// The loop over a thread's chunks `k` of a row, each from column `col` on: `inside` for those that
// there are and for which `condition` (or "") holds.
std::string ChunkLoop(const RowLayout& layout, int64_t row_length, const std::string& condition,
                      const std::string& inside);

}  // namespace tricorn::backend::cuda
