#include "core/backend/node_kernels.h"

#include <string>

#include "core/base/status.h"
#include "core/ir/builder.h"

namespace tricorn::backend {

bool RunsNothing(const ir::Node& node) {
  return node.op == &ir::kConstant || node.op->kind == ir::OpKind::kView;
}

absl::Status NoKernel(std::string_view backend, const ir::Graph& graph, const ir::Node& node) {
  std::string operands;
  for (const ir::ValueId id : node.operands) {
    operands += fmt::format("{}{}", operands.empty() ? "" : ", ", graph.type(id).ToString());
  }
  return WithSubject(
      Unimplemented("{}({}): expected a {} kernel or a decomposition, received neither",
                    node.op->name, operands, backend),
      node.scope.empty() ? "graph" : node.scope);
}

}  // namespace tricorn::backend
