#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "core/ir/graph.h"

namespace tricorn::backend::lapack {

// An op of core/ops/linalg on host memory: computes matrices [begin, end) of a batch, of operands
// and results that lie whole at these addresses, row-major. For several threads at once.
struct MatrixOp {
  int64_t batch = 0;
  std::function<void(std::span<const std::byte* const> operands,
                     std::span<std::byte* const> results, int64_t begin, int64_t end)>
      compute;
};

struct MatrixOpRequest {
  const ir::OpDef& op;  // one of MatrixOps()
  const ir::Attrs& attrs;
  std::span<const ir::Type> operands;
  std::span<const ir::Type> results;
};
// None for a dtype or a size that LAPACK does not have. Half precision computes in float32.
std::optional<MatrixOp> MakeMatrixOp(const MatrixOpRequest& request);

// The ops that this is for.
std::vector<const ir::OpDef*> MatrixOps();

}  // namespace tricorn::backend::lapack
