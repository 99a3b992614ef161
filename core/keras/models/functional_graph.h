#pragma once

#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/keras/layers/keras_tensor.h"
#include "core/keras/layers/operation.h"

namespace tricorn::keras {

// The calls that lead from some symbolic tensors to others.
class FunctionalGraph {
 public:
  // Errors: the first that a tensor carries; InvalidArgument when an output does not depend on the
  // inputs alone, or an input is not one of Input().
  static absl::StatusOr<FunctionalGraph> Make(const std::vector<KerasTensor>& inputs,
                                              const std::vector<KerasTensor>& outputs);

  FunctionalGraph() = default;
  FunctionalGraph(FunctionalGraph&&) = default;
  FunctionalGraph& operator=(FunctionalGraph&&) = default;
  // Lets go of the last calls first, so that a long chain is not taken down recursively.
  ~FunctionalGraph();

  // In an order in which they can run. Sources (calls of InputLayers) are among them.
  const std::vector<std::shared_ptr<const CallNode>>& nodes() const { return nodes_; }
  // In Keras's order: by depth from the inputs, ties by first use. It is the order of files.
  const std::vector<std::shared_ptr<Operation>>& operations() const { return operations_; }
  // The calls of one operation that belong to the graph, in order; their index is Keras's.
  const std::vector<const CallNode*>& CallsOf(const Operation& operation) const;
  int64_t CallIndex(const CallNode& node) const;

 private:
  void OrderOperations(const std::vector<KerasTensor>& inputs,
                       const std::vector<std::shared_ptr<Operation>>& by_first_use);

  std::vector<std::shared_ptr<const CallNode>> nodes_;
  std::vector<std::shared_ptr<Operation>> operations_;
  absl::flat_hash_map<const Operation*, std::vector<const CallNode*>> calls_;
};

}  // namespace tricorn::keras
