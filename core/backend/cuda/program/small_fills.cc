#include "core/backend/cuda/program/small_fills.h"

#include <vector>

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr size_t kMaxNbytes = 1024;
constexpr int kThreads = 128;

// Nodes before or after one, with what the edges to them say.
struct Neighbours {
  std::vector<cudaGraphNode_t> nodes;
  std::vector<cudaGraphEdgeData> edges;
};

template <typename Get>
absl::StatusOr<Neighbours> NeighboursOf(cudaGraphNode_t node, Get get) {
  size_t count = 0;
  RETURN_IF_CUDA_ERROR(get(node, nullptr, nullptr, &count));
  Neighbours found{std::vector<cudaGraphNode_t>(count), std::vector<cudaGraphEdgeData>(count)};
  if (count == 0) return found;
  RETURN_IF_CUDA_ERROR(get(node, found.nodes.data(), found.edges.data(), &count));
  return found;
}

}  // namespace

SmallFills::SmallFills(SourceModule& module)
    : zero_(
          module.Add({.name = "zero",
                      .parameters = "u8* to, u32 nbytes",
                      .body = "for (u32 i = threadIdx.x; i < nbytes; i += blockDim.x) to[i] = 0;\n",
                      .threads = kThreads})) {}

absl::Status SmallFills::Replace(cudaGraph_t graph, cudaStream_t stream) const {
  size_t count = 0;
  RETURN_IF_CUDA_ERROR(cudaGraphGetNodes(graph, nullptr, &count));
  std::vector<cudaGraphNode_t> nodes(count);
  RETURN_IF_CUDA_ERROR(cudaGraphGetNodes(graph, nodes.data(), &count));
  for (const cudaGraphNode_t node : nodes) {
    cudaGraphNodeType type = cudaGraphNodeTypeEmpty;
    RETURN_IF_CUDA_ERROR(cudaGraphNodeGetType(node, &type));
    if (type != cudaGraphNodeTypeMemset) continue;
    cudaMemsetParams params = {};
    RETURN_IF_CUDA_ERROR(cudaGraphMemsetNodeGetParams(node, &params));
    const bool is_small =
        params.value == 0 && params.height <= 1 && params.width * params.elementSize <= kMaxNbytes;
    if (is_small) RETURN_IF_ERROR(ReplaceOne(graph, stream, node, params));
  }
  return absl::OkStatus();
}

absl::Status SmallFills::ReplaceOne(cudaGraph_t graph, cudaStream_t stream, cudaGraphNode_t fill,
                                    const cudaMemsetParams& params) const {
  ASSIGN_OR_RETURN(const Neighbours before, NeighboursOf(fill, cudaGraphNodeGetDependencies));
  ASSIGN_OR_RETURN(const Neighbours after, NeighboursOf(fill, cudaGraphNodeGetDependentNodes));
  void* to = params.dst;
  auto nbytes = static_cast<uint32_t>(params.width * params.elementSize);
  void* arguments[] = {&to, &nbytes};
  RETURN_IF_CUDA_ERROR(cudaStreamBeginCaptureToGraph(stream, graph, before.nodes.data(),
                                                     before.edges.data(), before.nodes.size(),
                                                     cudaStreamCaptureModeThreadLocal));
  const cudaError_t launched = cudaLaunchKernel(static_cast<const void*>(zero_->handle), dim3(1),
                                                dim3(kThreads), arguments, 0, stream);
  // The node is what a next one would wait for.
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  const cudaGraphNode_t* last = nullptr;
  const cudaGraphEdgeData* edges = nullptr;
  size_t count = 0;
  const cudaError_t asked =
      cudaStreamGetCaptureInfo(stream, &status, nullptr, nullptr, &last, &edges, &count);
  const cudaGraphNode_t kernel = asked == cudaSuccess && count == 1 ? last[0] : nullptr;
  cudaGraph_t ended_graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(stream, &ended_graph);
  RETURN_IF_ERROR(ToStatus(launched, "cudaLaunchKernel"));
  RETURN_IF_ERROR(ToStatus(asked, "cudaStreamGetCaptureInfo"));
  RETURN_IF_ERROR(ToStatus(ended, "cudaStreamEndCapture"));
  if (kernel == nullptr) return Internal("fill: expected one kernel recorded, received {}", count);
  const std::vector<cudaGraphNode_t> from(after.nodes.size(), kernel);
  if (!from.empty()) {
    RETURN_IF_CUDA_ERROR(cudaGraphAddDependencies(graph, from.data(), after.nodes.data(),
                                                  after.edges.data(), from.size()));
  }
  return ToStatus(cudaGraphDestroyNode(fill), "cudaGraphDestroyNode");
}

}  // namespace tricorn::backend::cuda
