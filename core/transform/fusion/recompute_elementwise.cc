#include "core/transform/fusion/recompute_elementwise.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Graph;
using ir::Node;
using ir::Operands;
using ir::Value;
using ir::ValueId;
using ir::Values;

constexpr size_t kMaxNodes = 24;  // that are computed again for one value

bool IsElementwise(const Node& node) {
  return node.op->kind == ir::OpKind::kElementwise && node.results.size() == 1;
}

class Recomputer {
 public:
  explicit Recomputer(const Graph& graph)
      : graph_(graph),
        rewriter_(graph),
        depth_(graph.nodes().size(), 0),
        is_stored_(graph.values().size(), false) {
    AssignDepths();
    FindStored();
  }

  absl::StatusOr<Graph> Run() {
    return rewriter_.Run([&](const Node& node, Operands x) -> Values {
      if (!IsElementwise(node)) return rewriter_.Copy(node, x);
      const int32_t depth = DepthOf(node);
      Values operands(x.begin(), x.end());
      for (size_t i = 0; i < operands.size(); ++i) {
        const ValueId id = node.operands[i];
        if (IsFar(id, depth) && IsCheaperAgain(id, depth)) operands[i] = Again(id, depth);
      }
      return rewriter_.Copy(node, operands);
    });
  }

 private:
  const Node* producer(ValueId id) const { return graph_.producer(id); }
  int32_t DepthOf(const Node& node) const {
    return depth_[static_cast<size_t>(&node - graph_.nodes().data())];
  }
  const Shape& shape(ValueId id) const { return graph_.type(id).shape; }
  bool is_stored(ValueId id) const { return is_stored_[static_cast<size_t>(id)]; }

  // As fusion numbers groups: what a node may fuse with has its depth, all else that it reads less.
  void AssignDepths() {
    for (const Node& node : graph_.nodes()) {
      int32_t depth = 0;
      for (const ValueId id : node.operands) {
        const Node* p = producer(id);
        if (p == nullptr) continue;
        const bool fuses =
            IsElementwise(node) &&
            (IsAbsorbed(*p) || (IsElementwise(*p) && shape(id) == shape(node.results[0])));
        depth = std::max(depth, DepthOf(*p) + (fuses ? 0 : 1));
      }
      depth_[static_cast<size_t>(&node - graph_.nodes().data())] = depth;
      for (const ValueId id : node.operands) reads_.insert({id, depth});
    }
  }

  static bool IsAbsorbed(const Node& node) {
    const Tensor* constant = ir::ConstantValue(&node);
    return node.op == &ops::kBroadcast || (constant != nullptr && constant->num_elements() == 1);
  }

  // Values that lie in memory whatever fusion does.
  void FindStored() {
    for (const ir::NamedValue& input : graph_.inputs()) MarkStored(input.value);
    for (const ir::NamedValue& output : graph_.outputs()) MarkStored(output.value);
    for (const Node& node : graph_.nodes()) {
      for (const ValueId id : node.results) {
        if (!IsElementwise(node) && !IsAbsorbed(node)) MarkStored(id);
      }
      if (IsElementwise(node)) continue;
      for (const ValueId id : node.operands) MarkStored(id);
    }
  }
  void MarkStored(ValueId id) { is_stored_[static_cast<size_t>(id)] = true; }

  // Whether a reader at this depth would have the value written out.
  bool IsFar(ValueId id, int32_t depth) const {
    const Node* p = producer(id);
    return p != nullptr && IsElementwise(*p) && !is_stored(id) && DepthOf(*p) < depth;
  }

  // The values that `id` is computed from, without those that are computed on the way.
  struct Cone {
    absl::flat_hash_set<ValueId> leaves;
    absl::flat_hash_set<ValueId> inner;
  };
  bool Grow(ValueId id, Cone& cone) const {
    const Node* p = producer(id);
    if (is_stored(id) || p == nullptr) {
      cone.leaves.insert(id);
      return true;
    }
    if (IsAbsorbed(*p)) {
      if (p->op == &ops::kBroadcast) cone.leaves.insert(p->operands[0]);
      return true;
    }
    if (!cone.inner.insert(id).second) return true;
    if (cone.inner.size() > kMaxNodes) return false;
    return std::all_of(p->operands.begin(), p->operands.end(), [&](ValueId operand) {
      return shape(operand) == shape(id) && Grow(operand, cone);
    });
  }

  // Written once and read once, against what the reader does not read anyway.
  bool IsCheaperAgain(ValueId id, int32_t depth) const {
    Cone cone;
    if (!Grow(id, cone)) return false;
    int64_t nbytes = 0;
    for (const ValueId leaf : cone.leaves) {
      if (!reads_.contains({leaf, depth})) nbytes += graph_.type(leaf).nbytes();
    }
    return nbytes < 2 * graph_.type(id).nbytes();
  }

  // The value computed for readers at this depth.
  Value Again(ValueId id, int32_t depth) {
    const Node* p = producer(id);
    if (is_stored(id) || p == nullptr || IsAbsorbed(*p)) return rewriter_.mapped(id);
    const auto [at, is_new] = again_.try_emplace({id, depth});
    if (!is_new) return at->second;
    Values operands;
    for (const ValueId operand : p->operands) operands.push_back(Again(operand, depth));
    const Value value = rewriter_.Copy(*p, operands)[0];
    again_[{id, depth}] = value;
    return value;
  }

  using Place = std::pair<ValueId, int32_t>;  // a value as read at a depth

  const Graph& graph_;
  ir::Rewriter rewriter_;
  std::vector<int32_t> depth_;  // by node
  std::vector<bool> is_stored_;
  absl::flat_hash_set<Place> reads_;
  absl::flat_hash_map<Place, Value> again_;
};

}  // namespace

absl::StatusOr<Graph> RecomputeElementwise(const Graph& graph) {
  ASSIGN_OR_RETURN(const Graph alive, Dce(graph));
  ASSIGN_OR_RETURN(const Graph recomputed,
                   OnEveryGraph(alive, [](const Graph& one) { return Recomputer(one).Run(); }));
  return Dce(recomputed);  // those that nobody near reads
}

}  // namespace tricorn::transform
