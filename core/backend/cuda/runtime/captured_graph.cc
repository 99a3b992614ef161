#include "core/backend/cuda/runtime/captured_graph.h"

#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {

absl::StatusOr<std::unique_ptr<CapturedGraph>> CapturedGraph::Record(
    cudaStream_t stream, const std::function<absl::Status()>& enqueue,
    const std::function<absl::Status(cudaGraph_t)>& edit) {
  RETURN_IF_CUDA_ERROR(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  const absl::Status enqueued = enqueue();
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(stream, &graph);
  RETURN_IF_ERROR(enqueued);
  RETURN_IF_ERROR(ToStatus(ended, "cudaStreamEndCapture"));
  const absl::Status edited = edit == nullptr ? absl::OkStatus() : edit(graph);
  cudaGraphExec_t executable = nullptr;
  const cudaError_t instantiated =
      edited.ok() ? cudaGraphInstantiate(&executable, graph, 0) : cudaSuccess;
  static_cast<void>(cudaGraphDestroy(graph));
  RETURN_IF_ERROR(edited);
  RETURN_IF_ERROR(ToStatus(instantiated, "cudaGraphInstantiate"));
  return std::unique_ptr<CapturedGraph>(new CapturedGraph(executable));
}

CapturedGraph::~CapturedGraph() { static_cast<void>(cudaGraphExecDestroy(graph_)); }

absl::Status CapturedGraph::Launch(cudaStream_t stream) const {
  return ToStatus(cudaGraphLaunch(graph_, stream), "cudaGraphLaunch");
}

}  // namespace tricorn::backend::cuda
