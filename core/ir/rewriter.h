#pragma once

#include <functional>
#include <vector>

#include "core/ir/builder.h"

namespace tricorn::ir {

// The shape of a pass: walks `graph` in order, rebuilding it in a new builder.
//
//   absl::StatusOr<Graph> Dce(const Graph& graph) {
//     Rewriter rewriter(graph);
//     return rewriter.Run([&](const Node& node, Operands x) -> Values { ... or rewriter.Copy(node,
//     x); });
//   }
class Rewriter {
 public:
  // Given a node and the new values of its operands, builds its replacement in builder() and
  // returns one value a result. Returning {} drops the node: allowed only when nothing reads its
  // results.
  using Replace = std::function<Values(const Node& node, Operands operands)>;

  explicit Rewriter(const Graph& graph) : graph_(graph), mapped_(graph.values().size()) {}

  Builder& builder() { return builder_; }
  // The node as it is, on new operands.
  Values Copy(const Node& node, Operands operands);
  // The new value of an old one.
  Value mapped(ValueId old) const { return mapped_[static_cast<size_t>(old)]; }

  absl::StatusOr<Graph> Run(const Replace& replace);

  // Run in its parts, for passes that choose the order: first the inputs, then nodes as they are
  // (CopyInPlace) or what stands for them (Map), each after what it reads, then the outputs.
  void CopyInputs();
  void CopyInPlace(const Node& node);
  void Map(ValueId old, Value value) { mapped_[static_cast<size_t>(old)] = value; }
  absl::StatusOr<Graph> Finish();

 private:
  // Valid until the next call.
  Operands NewOperands(const Node& node);

  const Graph& graph_;
  Builder builder_;
  Values mapped_;
  Values operands_;  // of the node in hand
};

// Appends the nodes of `graph` to `builder` with `inputs` in place of its inputs; its outputs.
Values Inline(Builder& builder, const Graph& graph, Operands inputs);

}  // namespace tricorn::ir
