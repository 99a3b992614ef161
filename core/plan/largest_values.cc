#include "core/plan/largest_values.h"

#include <algorithm>
#include <vector>

#include "fmt/format.h"

namespace tricorn::plan {

std::string LargestValues(const ir::Graph& graph, const MemoryPlan& plan, size_t count) {
  struct Candidate {
    int64_t nbytes;
    ir::ValueId id;
    const ir::Node* node;
  };
  std::vector<Candidate> candidates;
  for (const ir::Node& node : graph.nodes()) {
    if (node.op->kind == ir::OpKind::kView) continue;
    for (const ir::ValueId id : node.results) {
      if (plan.slots[static_cast<size_t>(id)].place != Slot::Place::kArena) continue;
      candidates.push_back({graph.type(id).nbytes(), id, &node});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.nbytes > b.nbytes; });
  candidates.resize(std::min(count, candidates.size()));
  std::string text;
  for (const Candidate& c : candidates) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : "; ", c.nbytes,
                        graph.type(c.id).ToString(), c.node->op->name);
    if (!c.node->scope.empty()) text += fmt::format(" @{}", c.node->scope);
  }
  return text;
}

}  // namespace tricorn::plan
