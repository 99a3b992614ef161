#include "core/backend/cuda/regions/row_loop.h"

#include <fmt/core.h>

namespace tricorn::backend::cuda {

std::string ChunkLoop(const RowLayout& layout, int64_t row_length, const std::string& condition,
                      const std::string& inside) {
  const bool is_full =
      int64_t{layout.lanes} * layout.chunks * layout.width * layout.column_blocks == row_length;
  std::string guard = is_full ? "" : fmt::format("col < {}", row_length);
  if (!condition.empty()) guard = guard.empty() ? condition : guard + " && " + condition;
  const bool unrolls = layout.keep == RowLayout::Keep::kRegisters;
  return fmt::format(
      "#pragma unroll{}\nfor (int k = 0; k < {}; ++k) {{\n"
      "const Index col = first_column + (k * {} + t) * {};\n{}{{\n{}}}\n}}\n",
      unrolls ? "" : " 2", layout.chunks, layout.lanes, layout.width,
      guard.empty() ? "" : fmt::format("if ({}) ", guard), inside);
}

}  // namespace tricorn::backend::cuda
