#include "core/transform/rewrite/scan_liveness.h"

#include <algorithm>

#include "core/ops/control/control.h"

namespace tricorn::transform {
namespace {

// Marks what the marked values are computed from.
void MarkSources(const ir::Graph& graph, std::vector<bool>& values) {
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    const bool live = node->op->kind == ir::OpKind::kEffect ||
                      std::any_of(node->results.begin(), node->results.end(),
                                  [&](ir::ValueId id) { return values[static_cast<size_t>(id)]; });
    if (!live) continue;
    for (const ir::ValueId id : node->operands) values[static_cast<size_t>(id)] = true;
  }
}

}  // namespace

ScanLiveness::ScanLiveness(const ir::Node& scan, const std::vector<bool>& results_read)
    : scan_(scan), results_(results_read) {
  const ir::Graph& body = *scan.regions[0];
  const auto num_carries = static_cast<size_t>(scan.attrs.As<ops::ScanAttrs>().num_carries);
  for (bool changed = true; changed;) {
    values_.assign(body.values().size(), false);
    for (size_t i = 0; i < results_.size(); ++i) {
      if (results_[i]) values_[static_cast<size_t>(body.outputs()[i].value)] = true;
    }
    MarkSources(body, values_);
    changed = false;
    for (size_t i = 0; i < num_carries; ++i) {
      if (results_[i] || !values_[static_cast<size_t>(body.inputs()[i].value)]) continue;
      results_[i] = changed = true;
    }
  }
  for (size_t i = 0; i < body.inputs().size(); ++i) {
    const bool is_carry = i < num_carries;
    operands_.push_back(is_carry ? results_[i]
                                 : values_[static_cast<size_t>(body.inputs()[i].value)]);
  }
}

ir::Graph ScanLiveness::PrunedBody() const {
  const ir::Graph& body = *scan_.regions[0];
  ir::Builder builder;
  ir::Values mapped(body.values().size());
  for (size_t i = 0; i < body.inputs().size(); ++i) {
    if (!operands_[i]) continue;
    const ir::NamedValue& input = body.inputs()[i];
    mapped[static_cast<size_t>(input.value)] = builder.Input(input.name, body.type(input.value));
  }
  for (const ir::Node& node : body.nodes()) {
    const bool live = std::any_of(node.results.begin(), node.results.end(),
                                  [&](ir::ValueId id) { return values_[static_cast<size_t>(id)]; });
    if (!live && node.op->kind != ir::OpKind::kEffect) continue;
    ir::Values operands;
    for (const ir::ValueId id : node.operands) operands.push_back(mapped[static_cast<size_t>(id)]);
    builder.set_scope(node.scope);
    const ir::Values results = builder.AddAll(*node.op, operands, node.attrs, node.regions);
    for (size_t i = 0; i < results.size(); ++i) {
      mapped[static_cast<size_t>(node.results[i])] = results[i];
    }
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (size_t i = 0; i < results_.size(); ++i) {
    if (!results_[i]) continue;
    outputs.emplace_back("y" + std::to_string(outputs.size()),
                         mapped[static_cast<size_t>(body.outputs()[i].value)]);
  }
  absl::StatusOr<ir::Graph> graph = builder.Finish(outputs);
  CHECK(graph.ok());  // every node has been in a graph before
  return *std::move(graph);
}

ir::Values ScanLiveness::Prune(ir::Builder& builder, ir::Operands operands) const {
  const bool all =
      std::all_of(operands_.begin(), operands_.end(), [](bool live) { return live; }) &&
      std::all_of(results_.begin(), results_.end(), [](bool live) { return live; });
  if (all) return builder.AddAll(*scan_.op, operands, scan_.attrs, scan_.regions);
  ops::ScanAttrs attrs = scan_.attrs.As<ops::ScanAttrs>();
  const auto num_carries = static_cast<size_t>(attrs.num_carries);
  const size_t num_sliced = num_carries + static_cast<size_t>(attrs.num_xs);
  ir::Values kept;
  for (size_t i = 0; i < operands.size(); ++i) {
    if (operands_[i]) {
      kept.push_back(operands[i]);
    } else if (i < num_carries) {
      --attrs.num_carries;
    } else if (i < num_sliced) {
      --attrs.num_xs;
    }
  }
  const ir::Values built =
      builder.AddAll(*scan_.op, kept, attrs, {std::make_shared<const ir::Graph>(PrunedBody())});
  if (!builder.ok()) return built;
  ir::Values results(results_.size());
  size_t next = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    if (results_[i]) results[i] = built[next++];
  }
  return results;
}

}  // namespace tricorn::transform
