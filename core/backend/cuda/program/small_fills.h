#pragma once

#include <cuda_runtime_api.h>

#include <memory>

#include "absl/status/status.h"
#include "core/backend/cuda/codegen/source_module.h"

namespace tricorn::backend::cuda {

// Fills of a few bytes with zeros, which libraries put before kernels whose blocks count what is
// done, as kernels: after a fill as recorded a kernel starts 3 us late, after a kernel half a one.
class SmallFills {
 public:
  // With a kernel in `module`, which outlives this.
  explicit SmallFills(SourceModule& module);

  // Replaces those of a graph that was recorded from `stream`.
  absl::Status Replace(cudaGraph_t graph, cudaStream_t stream) const;

 private:
  absl::Status ReplaceOne(cudaGraph_t graph, cudaStream_t stream, cudaGraphNode_t fill,
                          const cudaMemsetParams& params) const;

  const std::shared_ptr<const Function> zero_;
};

}  // namespace tricorn::backend::cuda
