#include "core/transform/gradient/control_gradient.h"

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/control/control.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/gradient/scan_gradient.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Grads;
using ir::Node;
using ir::Operands;
using ir::Value;
using ir::Values;

Grads SwitchGradients(const ControlFlowNode& at, const Node& node) {
  Values operands, dy;
  std::vector<size_t> with_gradient;  // results
  for (const ir::ValueId id : node.operands) operands.emplace_back(&at.builder, id);
  const size_t num_inputs = operands.size() - 1;
  for (size_t i = 0; i < node.results.size(); ++i) {
    if (!at.dy[i]) continue;
    with_gradient.push_back(i);
    operands.push_back(at.dy[i]);
  }
  std::vector<ops::Branch> branches;
  for (const auto& forward : node.regions) {
    branches.push_back([&, forward](Builder& region, Operands inputs) -> Values {
      const Operands x = inputs.first(num_inputs);
      const Values y = ir::Inline(region, *forward, x);
      Values ys, xs;
      for (const size_t i : with_gradient) ys.push_back(y[i]);
      for (size_t i = 0; i < num_inputs; ++i) {
        if (at.wanted[i + 1]) xs.push_back(x[i]);
      }
      absl::StatusOr<Values> grads = Gradients(region, ys, inputs.subspan(num_inputs), xs);
      region.SetError(grads.status());
      return grads.ok() ? *std::move(grads) : Values(xs.size(), Value(&region, -1));
    });
  }
  const Values results = ops::Switch(operands[0], branches, Operands(operands).subspan(1));
  Grads grads(node.operands.size());
  size_t next = 0;
  for (size_t i = 1; i < grads.size(); ++i) {
    if (at.wanted[i]) grads[i] = results[next++];
  }
  return grads;
}

}  // namespace

Grads ControlFlowGradients(const ControlFlowNode& at) {
  // A copy: building gradients moves nodes.
  const Node node = at.builder.graph().nodes()[at.index];
  if (node.op == &ops::kScan) return ScanGradients(at);
  if (node.op == &ops::kSwitch) return SwitchGradients(at, node);
  at.builder.SetError(Unimplemented(
      "{}: expected a loop whose number of steps is known when the graph is built, which alone has "
      "a reverse gradient: use scan or fori_loop",
      node.op->name));
  return {};
}

}  // namespace tricorn::transform
