#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ir/graph.h"
#include "core/ops/dot/dot.h"

namespace tricorn::backend::cuda {

// A stack of matrices in memory: of `rows` own and `columns` contracted elements.
struct MatrixLayout {
  int64_t rows = 0;
  int64_t columns = 0;
  bool is_row_major = true;  // columns lie together
  int64_t leading = 0;       // elements from one row (column) to the next
  int64_t batch_stride = 0;
};

// The axes of an operand of a product in three groups.
struct AxisGroups {
  std::vector<int64_t> batch, own, contracted;
};
AxisGroups GroupsOf(const Shape& shape, const ops::Axes& batch, const ops::Axes& contract);

// Whether the operand lies as one stack of matrices.
bool IsStackOfMatrices(const Shape& shape, const AxisGroups& groups);

// A product as a few products of stacks of matrices, one for each entry of `places`.
struct ProductLayout {
  // In elements.
  struct Place {
    int64_t a = 0, b = 0, y = 0;
  };
  int64_t batch = 1;
  MatrixLayout a, b;
  int64_t y_batch_stride = 0;
  std::vector<Place> places;
};
// Of dot_general(a, b), if its operands lie so.
std::optional<ProductLayout> LayoutOf(const ir::Type& a, const ir::Type& b,
                                      const ops::DotGeneralAttrs& attrs);

}  // namespace tricorn::backend::cuda
