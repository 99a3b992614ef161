#pragma once

#include <map>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/reference/primitive.h"

namespace tricorn::backend::reference {

// A graph of primitives, ready to be run. Regions are interpreters of their own, made when the node
// that has them runs.
class Interpreter {
 public:
  // Errors: Unimplemented naming an op that is no primitive, in regions too.
  static absl::StatusOr<Interpreter> Make(const ir::Graph& graph);

  // `graph` of Make must live still.
  absl::StatusOr<std::vector<Array>> Run(std::vector<Array> inputs, const RunContext& context,
                                         std::map<int32_t, Tensor>& in_flight) const;

 private:
  explicit Interpreter(const ir::Graph& graph) : graph_(&graph) {}
  absl::Status RunNode(size_t index, const RunContext& context, std::vector<Array>& values,
                       std::map<int32_t, Tensor>& in_flight) const;

  const ir::Graph* graph_;
  std::vector<Primitive> primitives_;  // by node
  std::vector<int64_t> last_use_;      // by value: the last node that reads it
};

}  // namespace tricorn::backend::reference
