#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cuda/dnn/dnn_graph.h"
#include "core/backend/cuda/libraries/libraries.h"

namespace tricorn::backend::cuda {

struct DnnPlanOptions {
  bool allow_tensor_cores = true;  // for float32: products may round their operands to TF32
  // Whether engines are measured, once for the device, and not taken as a heuristic ranks them.
  bool measure = false;
};

// A graph of cuDNN's operations made ready to run, with an engine that gives the same bits every
// time. Immutable.
class DnnPlan {
 public:
  // Unimplemented when no engine takes the graph; the graph's own error. Equal graphs share one.
  static absl::StatusOr<std::shared_ptr<const DnnPlan>> Create(Libraries& libraries, DnnGraph graph,
                                                               const DnnPlanOptions& options = {});

  int64_t workspace_nbytes() const { return workspace_nbytes_; }
  // Addresses of the graph's tensors in memory, by id.
  using Addresses = std::vector<std::pair<int64_t, void*>>;
  absl::Status Enqueue(const Addresses& addresses, void* workspace, cudaStream_t stream) const;

 private:
  DnnPlan() = default;
  // Makes plan_ and what goes with it.
  absl::Status Adopt(const DnnDescriptor& configuration);
  absl::Status AdoptBest(const Libraries& libraries, const std::vector<DnnDescriptor>& exact,
                         const std::string& description);
  absl::StatusOr<float> MeasureUs() const;
  static absl::StatusOr<std::shared_ptr<const DnnPlan>> Make(Libraries& libraries, DnnGraph graph,
                                                             const DnnPlanOptions& options);

  DnnTarget target_;
  DnnGraph operations_;
  DnnDescriptor graph_, plan_;
  int64_t workspace_nbytes_ = 0;
};

}  // namespace tricorn::backend::cuda
