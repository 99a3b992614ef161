#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/ir/attrs.h"
#include "core/ir/op_def.h"
#include "core/ir/type.h"

namespace tricorn::ir {

// Names a value within its graph: an index into Graph::values().
using ValueId = int32_t;

struct Node {
  const OpDef* op = nullptr;
  Attrs attrs;
  std::vector<ValueId> operands;
  std::vector<ValueId> results;
  // Bodies of fused nodes and of control flow.
  Regions regions;
  // The layers the node was traced in, outermost first, joined by '/': for messages and profiles.
  std::string scope;
};

// Where a value comes from: result `index` of nodes()[node], or input `index` when node is -1.
struct ValueInfo {
  Type type;
  int32_t node = -1;
  int32_t index = 0;
};

struct NamedValue {
  std::string name;
  ValueId value = -1;
};

// A pure function from named inputs to named outputs: nodes in execution order, each value assigned
// once. Graphs are values: passes read one and make another.
class Graph {
 public:
  const std::vector<Node>& nodes() const { return nodes_; }
  // References to types stay valid while nodes are added.
  const std::deque<ValueInfo>& values() const { return values_; }
  const std::vector<NamedValue>& inputs() const { return inputs_; }
  const std::vector<NamedValue>& outputs() const { return outputs_; }
  const Type& type(ValueId value) const { return values_[static_cast<size_t>(value)].type; }
  // The node that produces `value`, or nullptr for an input.
  const Node* producer(ValueId value) const {
    const int32_t node = values_[static_cast<size_t>(value)].node;
    return node < 0 ? nullptr : &nodes_[static_cast<size_t>(node)];
  }
  int64_t input_index(std::string_view name) const;  // -1 when there is none
  int64_t output_index(std::string_view name) const;

  // Building: see Builder, which checks what it adds.
  ValueId AddInput(std::string name, Type type);
  // The new node's results get the ids that node.results then lists.
  const Node& AddNode(Node node, Types result_types);
  // Gives a node other attributes and regions, and results after those that it has; their ids.
  std::vector<ValueId> WidenNode(size_t index, Attrs attrs, Regions regions, Types more_results);
  void AddOutput(std::string name, ValueId value) { outputs_.push_back({std::move(name), value}); }

 private:
  std::vector<Node> nodes_;
  std::deque<ValueInfo> values_;
  std::vector<NamedValue> inputs_;
  std::vector<NamedValue> outputs_;
};

}  // namespace tricorn::ir
