#include "core/backend/cuda/product/stack_operands.h"

#include <numeric>

#include "core/backend/cuda/product/matrix_layout.h"
#include "core/ir/rewriter.h"
#include "core/ops/dot/dot.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::backend::cuda {
namespace {

using ir::Value;

// Makes `x` (batch, own, contracted) if it is no stack of matrices, and `batch` and `contract` the
// axes of what it returns.
Value Stacked(Value x, ops::Axes& batch, ops::Axes& contract) {
  const AxisGroups groups = GroupsOf(x.shape(), batch, contract);
  if (IsStackOfMatrices(x.shape(), groups)) return x;
  ops::Axes perm = groups.batch;
  perm.insert(perm.end(), groups.own.begin(), groups.own.end());
  perm.insert(perm.end(), groups.contracted.begin(), groups.contracted.end());
  std::iota(batch.begin(), batch.end(), 0);
  std::iota(contract.begin(), contract.end(), x.rank() - static_cast<int64_t>(contract.size()));
  return ops::Transpose(x, perm);
}

}  // namespace

absl::StatusOr<ir::Graph> StackOperands(const ir::Graph& graph) {
  return transform::OnEveryGraph(graph, [](const ir::Graph& one) {
    ir::Rewriter rewriter(one);
    return rewriter.Run([&](const ir::Node& node, ir::Operands x) -> ir::Values {
      if (node.op != &ops::kDotGeneral || !IsFloating(x[0].dtype())) {
        return rewriter.Copy(node, x);
      }
      ops::DotGeneralAttrs attrs = node.attrs.As<ops::DotGeneralAttrs>();
      if (LayoutOf(x[0].type(), x[1].type(), attrs)) return rewriter.Copy(node, x);
      const Value a = Stacked(x[0], attrs.a_batch, attrs.a_contract);
      const Value b = Stacked(x[1], attrs.b_batch, attrs.b_contract);
      return {ops::DotGeneral(a, b, attrs)};
    });
  });
}

}  // namespace tricorn::backend::cuda
