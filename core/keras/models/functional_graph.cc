#include "core/keras/models/functional_graph.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"

namespace tricorn::keras {
namespace {

bool IsSource(const CallNode& node) { return node.arguments.args.empty(); }

// A depth-first walk from the outputs towards the inputs, without recursion.
class Walk {
 public:
  void From(const KerasTensor& output) {
    Enter(output.node());
    while (!stack_.empty()) {
      Frame& frame = stack_.back();
      if (frame.next < frame.inputs.size()) {
        Enter(frame.inputs[frame.next++].node());
      } else {
        finished_.push_back(std::move(frame.node));
        stack_.pop_back();
      }
    }
  }

  // Each call after those that it reads from.
  std::vector<std::shared_ptr<const CallNode>>& finished() { return finished_; }
  std::vector<std::shared_ptr<Operation>>& operations() { return operations_; }

 private:
  struct Frame {
    std::shared_ptr<const CallNode> node;
    std::vector<KerasTensor> inputs;
    size_t next = 0;
  };

  void Enter(const std::shared_ptr<const CallNode>& node) {
    if (!entered_.insert(node.get()).second) return;
    if (seen_.insert(node->operation.get()).second) operations_.push_back(node->operation);
    stack_.push_back({node, node->arguments.Tensors()});
  }

  std::vector<Frame> stack_;
  absl::flat_hash_set<const CallNode*> entered_;
  absl::flat_hash_set<const Operation*> seen_;
  std::vector<std::shared_ptr<const CallNode>> finished_;
  std::vector<std::shared_ptr<Operation>> operations_;
};

absl::Status CheckTensors(std::string_view what, const std::vector<KerasTensor>& tensors) {
  if (tensors.empty()) return InvalidArgument("{}: expected at least one tensor", what);
  for (const KerasTensor& tensor : tensors) {
    RETURN_IF_ERROR(tensor.status());
    if (!tensor.ok()) return InvalidArgument("{}: received an empty tensor", what);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FunctionalGraph> FunctionalGraph::Make(const std::vector<KerasTensor>& inputs,
                                                      const std::vector<KerasTensor>& outputs) {
  RETURN_IF_ERROR(CheckTensors("inputs", inputs));
  RETURN_IF_ERROR(CheckTensors("outputs", outputs));
  absl::flat_hash_set<const CallNode*> sources;
  for (const KerasTensor& input : inputs) {
    if (!IsSource(*input.node())) {
      return InvalidArgument("inputs: expected tensors of Input(), received an output of {}",
                             input.node()->operation->DisplayName());
    }
    if (!sources.insert(input.node().get()).second) {
      return InvalidArgument("inputs: expected each tensor once, received {} twice",
                             input.node()->operation->DisplayName());
    }
  }
  Walk walk;
  for (const KerasTensor& output : outputs) walk.From(output);
  for (const auto& node : walk.finished()) {
    if (IsSource(*node) && !sources.contains(node.get())) {
      return InvalidArgument("outputs: expected to depend on the inputs alone, received {}",
                             node->operation->DisplayName());
    }
  }
  FunctionalGraph graph;
  // Inputs that no output reads belong to the model all the same.
  for (const KerasTensor& input : inputs) {
    const auto& nodes = walk.finished();
    if (std::find(nodes.begin(), nodes.end(), input.node()) == nodes.end()) {
      graph.nodes_.push_back(input.node());
    }
  }
  graph.nodes_.insert(graph.nodes_.end(), walk.finished().begin(), walk.finished().end());
  for (const auto& node : graph.nodes_) {
    graph.calls_[node->operation.get()].push_back(node.get());
  }
  for (auto& [operation, calls] : graph.calls_) {
    std::sort(calls.begin(), calls.end(),
              [](const CallNode* a, const CallNode* b) { return a->call_index < b->call_index; });
  }
  graph.OrderOperations(inputs, walk.operations());
  return graph;
}

// Keras's map_graph: an operation's depth is that of its deepest call, counted from the outputs; a
// call hands its depth plus one to those that it reads from.
void FunctionalGraph::OrderOperations(const std::vector<KerasTensor>& inputs,
                                      const std::vector<std::shared_ptr<Operation>>& by_first_use) {
  absl::flat_hash_map<const CallNode*, int64_t> node_depth;
  absl::flat_hash_map<const Operation*, int64_t> operation_depth;
  for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
    const CallNode& node = **it;
    int64_t& of_operation = operation_depth[node.operation.get()];
    const int64_t depth = std::max(node_depth[&node], of_operation);
    of_operation = node_depth[&node] = depth;
    for (const KerasTensor& input : node.arguments.Tensors()) {
      int64_t& below = node_depth[input.node().get()];
      below = std::max(below, depth + 1);
    }
  }
  for (const KerasTensor& input : inputs) {
    const std::shared_ptr<Operation>& operation = input.node()->operation;
    if (std::find(by_first_use.begin(), by_first_use.end(), operation) == by_first_use.end()) {
      operations_.push_back(operation);
    }
  }
  operations_.insert(operations_.end(), by_first_use.begin(), by_first_use.end());
  std::stable_sort(operations_.begin(), operations_.end(), [&](const auto& a, const auto& b) {
    return operation_depth[a.get()] > operation_depth[b.get()];
  });
}

FunctionalGraph::~FunctionalGraph() {
  while (!nodes_.empty()) nodes_.pop_back();
}

const std::vector<const CallNode*>& FunctionalGraph::CallsOf(const Operation& operation) const {
  static const std::vector<const CallNode*> kNone;
  const auto it = calls_.find(&operation);
  return it == calls_.end() ? kNone : it->second;
}

int64_t FunctionalGraph::CallIndex(const CallNode& node) const {
  const std::vector<const CallNode*>& calls = CallsOf(*node.operation);
  const auto it = std::find(calls.begin(), calls.end(), &node);
  CHECK(it != calls.end());
  return it - calls.begin();
}

}  // namespace tricorn::keras
