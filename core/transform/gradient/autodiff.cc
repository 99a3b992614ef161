#include "core/transform/gradient/autodiff.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"
#include "core/transform/gradient/control_gradient.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Grads;
using ir::Graph;
using ir::Node;
using ir::Operands;
using ir::Value;
using ir::ValueId;
using ir::Values;

// How far a graph under construction has come.
struct Position {
  size_t node = 0;
  size_t value = 0;
  static Position Of(const Graph& graph) { return {graph.nodes().size(), graph.values().size()}; }
};

// One backward walk over the nodes of the graph under construction from `begin` on. What it keeps
// is by slot: one for each of xs and for each value from `begin` on, not for the graph before.
class Backward {
 public:
  Backward(Builder& builder, Position begin, Operands xs, std::span<const RematRegion> remat = {})
      : builder_(builder), begin_(begin), copies_(builder, remat) {
    for (const Value& x : xs) {
      const bool is_before = static_cast<size_t>(x.id()) < begin_.value;
      if (is_before) before_.emplace(x.id(), before_.size());
    }
    const Position end = Position::Of(builder.graph());
    end_ = end.node;
    depends_.assign(before_.size() + end.value - begin_.value, false);
    grads_.resize(depends_.size());
    MarkDependents(xs);
  }

  void Accumulate(Value y, Value dy) {
    if (!dy || !DependsOnXs(y.id())) return;
    Value& sum = grads_[SlotOf(y.id())];
    sum = sum ? ops::Add(sum, dy) : dy;
  }

  // Pushes gradients from results to operands, last node first.
  void Run() {
    for (size_t i = end_; i-- > begin_.node && builder_.ok();) VisitNode(i);
  }

  // None where no gradient flows.
  Value GradientOf(ValueId id) const {
    const size_t slot = SlotOf(id);
    return slot < grads_.size() ? grads_[slot] : Value();
  }

 private:
  // At least the number of slots for a value that has none.
  size_t SlotOf(ValueId id) const {
    const auto value = static_cast<size_t>(id);
    if (value >= begin_.value) return before_.size() + value - begin_.value;
    const auto found = before_.find(id);
    return found == before_.end() ? depends_.size() : found->second;
  }

  bool DependsOnXs(ValueId id) const {
    const size_t slot = SlotOf(id);
    return slot < depends_.size() && depends_[slot];
  }

  void MarkDependents(Operands xs) {
    const Graph& graph = builder_.graph();
    for (const Value& x : xs) depends_[SlotOf(x.id())] = true;
    for (size_t i = begin_.node; i < end_; ++i) {
      const Node& node = graph.nodes()[i];
      const bool any = std::any_of(node.operands.begin(), node.operands.end(),
                                   [&](ValueId id) { return DependsOnXs(id); });
      if (!any) continue;
      for (const ValueId id : node.results) {
        if (IsFloating(graph.type(id).dtype)) depends_[SlotOf(id)] = true;
      }
    }
  }

  void VisitNode(size_t index) {
    // A copy: rules append nodes, and appending moves them.
    const Node node = builder_.graph().nodes()[index];
    const bool has_gradient =
        std::any_of(node.results.begin(), node.results.end(),
                    [&](ValueId id) { return static_cast<bool>(GradientOf(id)); });
    const bool wanted = std::any_of(node.operands.begin(), node.operands.end(),
                                    [&](ValueId id) { return DependsOnXs(id); });
    if (!has_gradient || !wanted) return;

    for (const ValueId id : node.results) {
      if (const Value gradient = GradientOf(id)) copies_.Make(index, gradient);
    }
    builder_.set_scope(node.scope);
    // What the gradients are computed from: the node, or its copy.
    const size_t source_index = copies_.Of(index);
    const Node source = builder_.graph().nodes()[source_index];
    if (node.op->is_control_flow()) {
      VisitControlFlow(node, source_index);
      return;
    }
    Values x, y, dy;
    for (const ValueId id : source.operands) x.emplace_back(&builder_, id);
    for (const ValueId id : source.results) y.emplace_back(&builder_, id);
    for (const ValueId id : node.results) {
      const Value gradient = GradientOf(id);
      dy.push_back(gradient ? gradient : ops::ZerosLike(Value(&builder_, id)));
    }
    AccumulateAll(node, OperandGradients(node, x, y, dy));
  }

  void VisitControlFlow(const Node& node, size_t source_index) {
    Values dy;
    std::vector<bool> wanted;
    for (const ValueId id : node.operands) wanted.push_back(DependsOnXs(id));
    for (const ValueId id : node.results) dy.push_back(GradientOf(id));
    AccumulateAll(node,
                  ControlFlowGradients(
                      {.builder = builder_, .index = source_index, .dy = dy, .wanted = wanted}));
  }

  void AccumulateAll(const Node& node, const Grads& dx) {
    if (!builder_.ok()) return;
    Values x;
    for (const ValueId id : node.operands) x.emplace_back(&builder_, id);
    for (size_t i = 0; i < dx.size(); ++i) {
      if (!dx[i]) continue;
      if (!(dx[i].type() == x[i].type())) {
        builder_.SetError(Internal("gradient {} of {}: expected {}, received {}", i, node.op->name,
                                   x[i].type().ToString(), dx[i].type().ToString()));
        return;
      }
      Accumulate(x[i], dx[i]);
    }
  }

  Grads OperandGradients(const Node& node, Operands x, Operands y, Operands dy) {
    if (node.op->gradient) return node.op->gradient(x, y, dy, node.attrs);
    if (!node.op->decompose) return {};
    // Through the parts: they are traced again here, and cse makes them one with the forward pass
    // where that was decomposed too.
    const Position begin = Position::Of(builder_.graph());
    const Values parts = node.op->decompose(x, node.attrs);
    if (!builder_.ok()) return {};
    Backward inner(builder_, begin, x);
    for (size_t i = 0; i < parts.size(); ++i) inner.Accumulate(parts[i], dy[i]);
    inner.Run();
    Grads dx(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      // An operand given twice collects once.
      const bool first = std::find(x.begin(), x.begin() + static_cast<ptrdiff_t>(i), x[i]) ==
                         x.begin() + static_cast<ptrdiff_t>(i);
      if (first) dx[i] = inner.GradientOf(x[i].id());
    }
    return dx;
  }

  Builder& builder_;
  const Position begin_;
  RematCopies copies_;
  size_t end_;                                   // the last node's index, plus one
  absl::flat_hash_map<ValueId, size_t> before_;  // slots of xs that are older than `begin`
  std::vector<bool> depends_;                    // by slot: floating and computed from xs
  Values grads_;                                 // by slot
};

}  // namespace

absl::StatusOr<Values> Gradients(Builder& builder, Operands ys, Operands dys, Operands xs,
                                 std::span<const RematRegion> remat) {
  RETURN_IF_ERROR(builder.status());
  if (ys.size() != dys.size()) {
    return InvalidArgument("gradients: expected {} result gradients, received {}", ys.size(),
                           dys.size());
  }
  const std::string scope = builder.scope();
  Backward backward(builder, {}, xs, remat);
  for (size_t i = 0; i < ys.size(); ++i) {
    if (!(ys[i].type() == dys[i].type())) {
      return InvalidArgument("gradients: expected {}, received {}", ys[i].type().ToString(),
                             dys[i].type().ToString());
    }
    backward.Accumulate(ys[i], dys[i]);
  }
  backward.Run();
  builder.set_scope(scope);
  RETURN_IF_ERROR(builder.status());
  Values gradients;
  for (const Value& x : xs) {
    const Value gradient = backward.GradientOf(x.id());
    gradients.push_back(gradient ? gradient : ops::ZerosLike(x));
  }
  RETURN_IF_ERROR(builder.status());
  return gradients;
}

}  // namespace tricorn::transform
