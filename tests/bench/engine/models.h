#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"
#include "core/tensor/tensor.h"
#include "workload.h"

namespace tricorn::bench {

// The graphs of a workload, and where its state starts.
struct Model {
  // Inputs: every tensor of `state`, then images and labels (int32). Outputs: the new state in the
  // same order, then the loss.
  ir::Graph train_step;
  std::vector<Tensor> state;
  size_t num_weights = 0;  // leading tensors of the state
  Shape sample;            // of one image
};

// Errors: Unimplemented for a workload that is not supported.
absl::StatusOr<Model> MakeModel(const Workload& workload);

// Inputs: the weights, then `batch` images. Output: the logits.
absl::StatusOr<ir::Graph> MakePredict(const Workload& workload, const Model& model, int64_t batch);

}  // namespace tricorn::bench
