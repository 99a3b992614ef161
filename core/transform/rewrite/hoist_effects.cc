#include "core/transform/rewrite/hoist_effects.h"

#include <algorithm>

#include "core/ir/builder.h"

namespace tricorn::transform {

absl::StatusOr<ir::Graph> HoistEffects(const ir::Graph& graph) {
  const auto count = static_cast<int32_t>(graph.nodes().size());
  const auto is_effect = [&](int32_t n) {
    return graph.nodes()[static_cast<size_t>(n)].op->kind == ir::OpKind::kEffect;
  };
  // By place: the effects that follow it. The place of an effect that stays is its own.
  std::vector<std::vector<int32_t>> after(static_cast<size_t>(count));
  std::vector<int32_t> first;  // effects that wait for inputs only
  int32_t previous = -1;       // the place of the effect before
  for (int32_t n = 0; n < count; ++n) {
    if (!is_effect(n)) continue;
    const ir::Node& node = graph.nodes()[static_cast<size_t>(n)];
    int32_t place = previous;
    for (const ir::ValueId id : node.operands) {
      const int32_t producer = graph.values()[static_cast<size_t>(id)].node;
      // What reads an effect's result waits for it, and had better not do so early: it stays.
      const bool waits = producer >= 0 && is_effect(producer);
      place = std::max(place, waits ? n : producer);
    }
    (place < 0 ? first : after[static_cast<size_t>(place)]).push_back(n);
    previous = place;
  }

  ir::Builder builder;
  ir::Values mapped(graph.values().size());
  for (const ir::NamedValue& input : graph.inputs()) {
    mapped[static_cast<size_t>(input.value)] = builder.Input(input.name, graph.type(input.value));
  }
  const auto emit = [&](int32_t n) {
    const ir::Node& node = graph.nodes()[static_cast<size_t>(n)];
    ir::Values operands;
    for (const ir::ValueId id : node.operands) operands.push_back(mapped[static_cast<size_t>(id)]);
    builder.set_scope(node.scope);
    const ir::Values results = builder.AddAll(*node.op, operands, node.attrs, node.regions);
    for (size_t i = 0; builder.ok() && i < results.size(); ++i) {
      mapped[static_cast<size_t>(node.results[i])] = results[i];
    }
  };
  for (const int32_t n : first) emit(n);
  for (int32_t n = 0; n < count && builder.ok(); ++n) {
    if (!is_effect(n)) emit(n);
    for (const int32_t effect : after[static_cast<size_t>(n)]) emit(effect);
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (const ir::NamedValue& output : graph.outputs()) {
    outputs.emplace_back(output.name, mapped[static_cast<size_t>(output.value)]);
  }
  return builder.Finish(outputs);
}

}  // namespace tricorn::transform
