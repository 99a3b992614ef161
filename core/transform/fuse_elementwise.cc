#include "core/transform/fuse_elementwise.h"

#include <algorithm>
#include <numeric>
#include <queue>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "core/base/status.h"
#include "core/ops/shape/shape.h"
#include "core/transform/on_every_graph.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Node;
using ir::Value;
using ir::ValueId;
using ir::Values;

bool IsElementwise(const Node& node) {
  return node.op->kind == ir::OpKind::kElementwise && node.results.size() == 1;
}

bool IsEffect(const Node& node) { return node.op->kind == ir::OpKind::kEffect; }

bool IsScalarConstant(const Node& node) {
  const Tensor* value = ir::ConstantValue(&node);
  return value != nullptr && value->num_elements() == 1;
}

// A group computes these itself instead of reading them.
bool IsAbsorbed(const Node& node) { return node.op == &ops::kBroadcast || IsScalarConstant(node); }

// Which nodes run together. Every node has a depth, and an edge from p to n demands
//   depth(n) >= depth(p) + 1,  or only >= depth(p) where p may fuse into n.
// A group is connected nodes of one depth: a path that leaves it climbs, so it cannot come back. An
// effect is no less deep than the effect before it, so that paths through both climb too.
class Grouping {
 public:
  explicit Grouping(const Graph& graph)
      : graph_(graph), depth_(graph.nodes().size(), 0), parent_(graph.nodes().size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    AssignEarliest();
    DelayElementwise();
    Join();
  }

  // Nodes with the same root form a group.
  int32_t Root(int32_t node) {
    while (parent_[static_cast<size_t>(node)] != node) {
      int32_t& up = parent_[static_cast<size_t>(node)];
      up = parent_[static_cast<size_t>(up)];
      node = up;
    }
    return node;
  }

 private:
  const Node& node(int32_t i) const { return graph_.nodes()[static_cast<size_t>(i)]; }
  int32_t producer(ValueId id) const { return graph_.values()[static_cast<size_t>(id)].node; }

  bool MayFuse(int32_t p, int32_t n) const {
    return IsElementwise(node(p)) && IsElementwise(node(n)) &&
           graph_.type(node(p).results[0]).shape == graph_.type(node(n).results[0]).shape;
  }
  int32_t Weight(int32_t p, int32_t n) const {
    const bool absorbed = IsAbsorbed(node(p)) && IsElementwise(node(n));
    return absorbed || MayFuse(p, n) ? 0 : 1;
  }

  void AssignEarliest() {
    int32_t last_effect = 0;  // its depth
    for (int32_t n = 0; n < static_cast<int32_t>(depth_.size()); ++n) {
      int32_t& depth = depth_[static_cast<size_t>(n)];
      for (const ValueId id : node(n).operands) {
        const int32_t p = producer(id);
        if (p >= 0) depth = std::max(depth, depth_[static_cast<size_t>(p)] + Weight(p, n));
      }
      if (IsEffect(node(n))) last_effect = depth = std::max(depth, last_effect);
    }
  }

  // An elementwise node goes where its first reader is, so that what feeds an update (decayed
  // moments, scaled weights) joins it instead of making a pass of its own early on.
  void DelayElementwise() {
    std::vector<int32_t> latest(depth_.size(), INT32_MAX);
    for (int32_t n = static_cast<int32_t>(depth_.size()) - 1; n >= 0; --n) {
      int32_t& depth = depth_[static_cast<size_t>(n)];
      const int32_t bound = latest[static_cast<size_t>(n)];
      if (IsElementwise(node(n)) && bound != INT32_MAX) depth = std::max(depth, bound);
      for (const ValueId id : node(n).operands) {
        const int32_t p = producer(id);
        if (p >= 0) {
          int32_t& late = latest[static_cast<size_t>(p)];
          late = std::min(late, depth - Weight(p, n));
        }
      }
    }
  }

  void Join() {
    for (int32_t n = 0; n < static_cast<int32_t>(depth_.size()); ++n) {
      for (const ValueId id : node(n).operands) {
        const int32_t p = producer(id);
        if (p >= 0 && MayFuse(p, n) &&
            depth_[static_cast<size_t>(p)] == depth_[static_cast<size_t>(n)]) {
          parent_[static_cast<size_t>(Root(p))] = Root(n);
        }
      }
    }
  }

  const Graph& graph_;
  std::vector<int32_t> depth_;
  std::vector<int32_t> parent_;
};

// Rebuilds a graph from its nodes in an order that keeps groups together.
class Fuser {
 public:
  explicit Fuser(const Graph& graph)
      : graph_(graph), grouping_(graph), mapped_(graph.values().size()) {
    const auto count = static_cast<int32_t>(graph.nodes().size());
    members_.resize(static_cast<size_t>(count));
    for (int32_t n = 0; n < count; ++n)
      members_[static_cast<size_t>(grouping_.Root(n))].push_back(n);
    FindEscapes();
  }

  absl::StatusOr<Graph> Run() {
    for (const ir::NamedValue& input : graph_.inputs()) {
      map(input.value) = builder_.Input(input.name, graph_.type(input.value));
    }
    for (const int32_t root : Order()) {
      const std::vector<int32_t>& group = members_[static_cast<size_t>(root)];
      if (IsElementwise(node(root))) {
        RETURN_IF_ERROR(EmitGroup(group));
      } else {
        EmitNode(node(root));
      }
      RETURN_IF_ERROR(builder_.status());
    }
    std::vector<std::pair<std::string, Value>> outputs;
    for (const ir::NamedValue& output : graph_.outputs()) {
      outputs.emplace_back(output.name, map(output.value));
    }
    return builder_.Finish(outputs);
  }

 private:
  const Node& node(int32_t i) const { return graph_.nodes()[static_cast<size_t>(i)]; }
  int32_t producer(ValueId id) const { return graph_.values()[static_cast<size_t>(id)].node; }
  Value& map(ValueId id) { return mapped_[static_cast<size_t>(id)]; }

  void FindEscapes() {
    escapes_.assign(graph_.values().size(), false);
    for (const ir::NamedValue& output : graph_.outputs()) {
      escapes_[static_cast<size_t>(output.value)] = true;
    }
    for (int32_t n = 0; n < static_cast<int32_t>(graph_.nodes().size()); ++n) {
      for (const ValueId id : node(n).operands) {
        const int32_t p = producer(id);
        if (p >= 0 && grouping_.Root(p) != grouping_.Root(n))
          escapes_[static_cast<size_t>(id)] = true;
      }
    }
  }

  // Values in the order in which they were first met.
  struct Reads {
    std::vector<ValueId> order;
    absl::flat_hash_set<ValueId> met;
  };

  // The values that a group reads: operands from outside, those of absorbed nodes instead of their
  // results.
  void CollectReads(const Node& n, int32_t root, Reads& reads) {
    for (const ValueId id : n.operands) {
      const int32_t p = producer(id);
      if (p >= 0 && grouping_.Root(p) == root) continue;
      if (p >= 0 && IsAbsorbed(node(p))) {
        CollectReads(node(p), root, reads);
      } else if (reads.met.insert(id).second) {
        reads.order.push_back(id);
      }
    }
  }

  std::vector<ValueId> ReadsOf(int32_t root) {
    if (!IsElementwise(node(root))) return node(root).operands;
    Reads reads;
    for (const int32_t n : members_[static_cast<size_t>(root)]) CollectReads(node(n), root, reads);
    return std::move(reads.order);
  }

  // Topological over groups, a group at the place of its last member where that is possible;
  // effects keep their order.
  std::vector<int32_t> Order() {
    const size_t count = graph_.nodes().size();
    std::vector<int32_t> waiting(count, 0);
    std::vector<std::vector<int32_t>> readers(count);
    using Entry = std::pair<int32_t, int32_t>;  // last member, root
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    const auto enqueue = [&](int32_t root) {
      ready.emplace(members_[static_cast<size_t>(root)].back(), root);
    };
    int32_t last_effect = -1;
    for (int32_t root = 0; root < static_cast<int32_t>(count); ++root) {
      if (members_[static_cast<size_t>(root)].empty()) continue;
      std::vector<int32_t> sources;
      for (const ValueId id : ReadsOf(root)) {
        if (producer(id) >= 0) sources.push_back(grouping_.Root(producer(id)));
      }
      if (IsEffect(node(root))) {
        if (last_effect >= 0) sources.push_back(last_effect);
        last_effect = root;
      }
      std::sort(sources.begin(), sources.end());
      sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
      for (const int32_t source : sources) readers[static_cast<size_t>(source)].push_back(root);
      waiting[static_cast<size_t>(root)] = static_cast<int32_t>(sources.size());
      if (sources.empty()) enqueue(root);
    }
    std::vector<int32_t> order;
    while (!ready.empty()) {
      const int32_t root = ready.top().second;
      ready.pop();
      order.push_back(root);
      for (const int32_t reader : readers[static_cast<size_t>(root)]) {
        if (--waiting[static_cast<size_t>(reader)] == 0) enqueue(reader);
      }
    }
    return order;
  }

  void EmitNode(const Node& n) {
    Values operands;
    for (const ValueId id : n.operands) operands.push_back(map(id));
    builder_.set_scope(n.scope);
    const Values results = builder_.AddAll(*n.op, operands, n.attrs, n.regions);
    if (!builder_.ok()) return;
    for (size_t i = 0; i < results.size(); ++i) map(n.results[i]) = results[i];
  }

  absl::Status EmitGroup(const std::vector<int32_t>& group) {
    const std::vector<ValueId> reads = ReadsOf(grouping_.Root(group[0]));
    Builder body;
    absl::flat_hash_map<ValueId, Value> inside;
    Values operands;
    for (const ValueId id : reads) {
      inside[id] = body.Input(fmt::format("x{}", operands.size()), graph_.type(id));
      operands.push_back(map(id));
    }
    std::vector<std::pair<std::string, Value>> outputs;
    std::vector<ValueId> escaping;
    FusedAttrs attrs;
    for (const int32_t n : group) {
      const ValueId result = node(n).results[0];
      const Value value = EmitInside(node(n), body, inside);
      if (!escapes_[static_cast<size_t>(result)]) continue;
      outputs.emplace_back(fmt::format("y{}", outputs.size()), value);
      escaping.push_back(result);
      attrs.results.push_back(graph_.type(result));
    }
    if (outputs.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(Graph region, body.Finish(outputs));
    builder_.set_scope(node(group.back()).scope);
    const Values results = builder_.AddAll(kFusedElementwise, operands, attrs,
                                           {std::make_shared<const Graph>(std::move(region))});
    RETURN_IF_ERROR(builder_.status());
    for (size_t i = 0; i < results.size(); ++i) map(escaping[i]) = results[i];
    return absl::OkStatus();
  }

  // The node within the body, after the absorbed nodes that it needs.
  Value EmitInside(const Node& n, Builder& body, absl::flat_hash_map<ValueId, Value>& inside) {
    Values operands;
    for (const ValueId id : n.operands) {
      auto it = inside.find(id);
      const Value operand =
          it != inside.end() ? it->second : EmitInside(node(producer(id)), body, inside);
      operands.push_back(operand);
    }
    const Value value = body.Add(*n.op, operands, n.attrs);
    inside[n.results[0]] = value;
    return value;
  }

  const Graph& graph_;
  Grouping grouping_;
  Builder builder_;
  Values mapped_;                              // by old value
  std::vector<std::vector<int32_t>> members_;  // by root, in order
  std::vector<bool> escapes_;                  // by old value: read outside its group
};

}  // namespace

const ir::OpDef kFusedElementwise = ir::Op<FusedAttrs>{
    .name = "fused_elementwise",
    .doc = "results of its region, an elementwise function of the operands",
    .infer_all = [](std::span<const ir::Type>, const FusedAttrs& a) -> absl::StatusOr<ir::Types> {
      if (a.results.empty()) return InvalidArgument("expected at least one result, received none");
      return a.results;
    },
};

absl::StatusOr<Graph> FuseElementwise(const Graph& graph) {
  return OnEveryGraph(graph, [](const Graph& one) { return Fuser(one).Run(); });
}

}  // namespace tricorn::transform
