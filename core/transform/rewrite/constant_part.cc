#include "core/transform/rewrite/constant_part.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/dce.h"

namespace tricorn::transform {
namespace {

using ir::Graph;
using ir::Node;
using ir::ValueId;

bool ComputesOrMoves(const Node& node) {
  return node.results.size() == 1 &&
         (node.op->kind == ir::OpKind::kElementwise || node.op->kind == ir::OpKind::kView ||
          node.op == &ops::kTranspose || node.op == &ops::kBroadcast);
}

// Values that `run` reads from `prepare`, in order.
std::vector<ValueId> Crossing(const Graph& graph, const std::vector<bool>& is_constant) {
  std::vector<bool> is_needed(graph.values().size(), false);
  for (const ir::NamedValue& output : graph.outputs()) {
    is_needed[static_cast<size_t>(output.value)] = true;
  }
  const std::vector<bool> is_output = is_needed;
  std::vector<ValueId> crossing;
  for (size_t n = graph.nodes().size(); n-- > 0;) {
    const Node& node = graph.nodes()[n];
    const bool is_read = node.op->kind == ir::OpKind::kEffect ||
                         std::any_of(node.results.begin(), node.results.end(), [&](ValueId id) {
                           return is_needed[static_cast<size_t>(id)];
                         });
    if (!is_read) continue;
    const auto first = static_cast<size_t>(node.results[0]);
    if (is_constant[first] && node.op != &ops::kBroadcast && !is_output[first]) {
      crossing.push_back(node.results[0]);
      continue;
    }
    for (const ValueId id : node.operands) is_needed[static_cast<size_t>(id)] = true;
  }
  std::reverse(crossing.begin(), crossing.end());
  return crossing;
}

}  // namespace

std::vector<bool> ConstantValues(const Graph& graph, std::span<const int32_t> constant_inputs) {
  std::vector<bool> is_constant(graph.values().size(), false), is_literal = is_constant;
  for (const int32_t i : constant_inputs) {
    is_constant[static_cast<size_t>(graph.inputs()[static_cast<size_t>(i)].value)] = true;
  }
  for (const Node& node : graph.nodes()) {
    if (node.results.size() != 1) continue;
    const auto result = static_cast<size_t>(node.results[0]);
    is_literal[result] = node.op == &ir::kConstant;
    if (!ComputesOrMoves(node)) continue;
    const auto is = [&](const std::vector<bool>& flags) {
      return [&](ValueId id) { return flags[static_cast<size_t>(id)]; };
    };
    const auto& x = node.operands;
    is_literal[result] = std::all_of(x.begin(), x.end(), is(is_literal));
    is_constant[result] = !is_literal[result] && std::all_of(x.begin(), x.end(), [&](ValueId id) {
      return is_constant[static_cast<size_t>(id)] || is_literal[static_cast<size_t>(id)];
    });
  }
  return is_constant;
}

absl::StatusOr<ConstantPart> SplitConstantPart(const Graph& graph,
                                               std::span<const int32_t> constant_inputs) {
  const std::vector<bool> is_constant = ConstantValues(graph, constant_inputs);
  const std::vector<ValueId> crossing = Crossing(graph, is_constant);
  ConstantPart parts;
  ir::Rewriter prepare(graph);
  prepare.CopyInputs();
  for (const Node& node : graph.nodes()) {
    const bool is_there = std::all_of(node.operands.begin(), node.operands.end(),
                                      [&](ValueId id) { return bool(prepare.mapped(id)); });
    if (node.op == &ir::kConstant || (ComputesOrMoves(node) && is_there)) {
      prepare.CopyInPlace(node);
    }
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (const ValueId id : crossing) {
    outputs.emplace_back(fmt::format("prepared:{}", id), prepare.mapped(id));
  }
  ASSIGN_OR_RETURN(const Graph prepared, prepare.builder().Finish(outputs));
  ASSIGN_OR_RETURN(parts.prepare, Dce(prepared));

  ir::Rewriter run(graph);
  run.CopyInputs();
  for (size_t i = 0; i < crossing.size(); ++i) {
    run.Map(crossing[i], run.builder().Input(outputs[i].first, graph.type(crossing[i])));
  }
  for (const Node& node : graph.nodes()) {
    const bool is_known = node.results.size() == 1 && run.mapped(node.results[0]);
    if (!is_known) run.CopyInPlace(node);
  }
  ASSIGN_OR_RETURN(const Graph rest, run.Finish());
  ASSIGN_OR_RETURN(parts.run, Dce(rest));
  return parts;
}

}  // namespace tricorn::transform
