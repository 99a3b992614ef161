#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <memory>

#include "absl/status/statusor.h"

namespace tricorn::backend::cuda {

// Work recorded from a stream, to be put there again as one launch.
class CapturedGraph {
 public:
  // Records what `enqueue` puts on `stream`, which nobody else may use meanwhile. Runs nothing.
  // `edit`, if there is one, changes what was recorded before it is made ready.
  static absl::StatusOr<std::unique_ptr<CapturedGraph>> Record(
      cudaStream_t stream, const std::function<absl::Status()>& enqueue,
      const std::function<absl::Status(cudaGraph_t)>& edit = nullptr);
  ~CapturedGraph();
  CapturedGraph(const CapturedGraph&) = delete;
  CapturedGraph& operator=(const CapturedGraph&) = delete;

  absl::Status Launch(cudaStream_t stream) const;

 private:
  explicit CapturedGraph(cudaGraphExec_t graph) : graph_(graph) {}

  const cudaGraphExec_t graph_;
};

}  // namespace tricorn::backend::cuda
