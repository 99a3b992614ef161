#include "core/backend/cuda/dnn_plan.h"

#include <algorithm>

#include "core/backend/cuda/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMaxConfigurations = 16;  // that a heuristic is asked for
constexpr int64_t kMaxNotes = CUDNN_NUMERICAL_NOTE_TYPE_COUNT;

absl::StatusOr<DnnDescriptor> MakeGraph(cudnnHandle_t handle, const DnnDescriptor& operation) {
  ASSIGN_OR_RETURN(DnnDescriptor graph,
                   DnnDescriptor::Create(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR));
  RETURN_IF_ERROR(graph.SetDescriptor(CUDNN_ATTR_OPERATIONGRAPH_OPS, operation));
  RETURN_IF_ERROR(graph.Set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle));
  RETURN_IF_ERROR(graph.Finalize());
  return graph;
}

// The engines that a heuristic proposes, best first; none when it does not know the operation.
absl::StatusOr<std::vector<DnnDescriptor>> Proposals(const DnnDescriptor& graph,
                                                     cudnnBackendHeurMode_t mode) {
  ASSIGN_OR_RETURN(DnnDescriptor heuristic,
                   DnnDescriptor::Create(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR));
  RETURN_IF_ERROR(heuristic.SetDescriptor(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph));
  RETURN_IF_ERROR(heuristic.Set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode));
  std::vector<DnnDescriptor> proposals;
  if (!heuristic.Finalize().ok()) return proposals;
  std::vector<cudnnBackendDescriptor_t> raw;
  for (int64_t i = 0; i < kMaxConfigurations; ++i) {
    ASSIGN_OR_RETURN(proposals.emplace_back(),
                     DnnDescriptor::Create(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
    raw.push_back(proposals.back().get());
  }
  int64_t count = 0;
  const cudnnStatus_t status = cudnnBackendGetAttribute(
      heuristic.get(), CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR,
      kMaxConfigurations, &count, raw.data());
  proposals.resize(status == CUDNN_STATUS_SUCCESS
                       ? static_cast<size_t>(std::min(count, kMaxConfigurations))
                       : 0);
  return proposals;
}

// Whether the engine gives the same bits every time, in the precision that is asked for.
absl::StatusOr<bool> IsExact(const DnnDescriptor& configuration, bool allow_tensor_cores) {
  ASSIGN_OR_RETURN(DnnDescriptor engine, DnnDescriptor::Create(CUDNN_BACKEND_ENGINE_DESCRIPTOR));
  cudnnBackendDescriptor_t raw = engine.get();
  int64_t count = 0;
  RETURN_IF_CUDA_ERROR(cudnnBackendGetAttribute(configuration.get(), CUDNN_ATTR_ENGINECFG_ENGINE,
                                                CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &raw));
  std::vector<cudnnBackendNumericalNote_t> notes(static_cast<size_t>(kMaxNotes));
  RETURN_IF_CUDA_ERROR(cudnnBackendGetAttribute(engine.get(), CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                CUDNN_TYPE_NUMERICAL_NOTE, kMaxNotes, &count,
                                                notes.data()));
  notes.resize(static_cast<size_t>(std::min(count, kMaxNotes)));
  return std::none_of(notes.begin(), notes.end(), [&](cudnnBackendNumericalNote_t note) {
    return note == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC ||
           note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||
           note == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION ||
           (note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE && !allow_tensor_cores);
  });
}

absl::StatusOr<DnnDescriptor> MakePlan(cudnnHandle_t handle, const DnnDescriptor& configuration) {
  ASSIGN_OR_RETURN(DnnDescriptor plan,
                   DnnDescriptor::Create(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR));
  RETURN_IF_ERROR(plan.Set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, &handle));
  RETURN_IF_ERROR(plan.SetDescriptor(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration));
  RETURN_IF_ERROR(plan.Finalize());
  return plan;
}

}  // namespace

absl::StatusOr<DnnDescriptor> DnnDescriptor::Create(cudnnBackendDescriptorType_t type) {
  DnnDescriptor descriptor;
  RETURN_IF_CUDA_ERROR(cudnnBackendCreateDescriptor(type, &descriptor.raw_));
  return descriptor;
}

absl::Status DnnDescriptor::Set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                int64_t count, const void* values) {
  return ToStatus(cudnnBackendSetAttribute(raw_, name, type, count, values),
                  "cudnnBackendSetAttribute");
}

absl::Status DnnDescriptor::SetDescriptor(cudnnBackendAttributeName_t name,
                                          const DnnDescriptor& value) {
  return Set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.raw_);
}

absl::Status DnnDescriptor::SetInts(cudnnBackendAttributeName_t name,
                                    const std::vector<int64_t>& values) {
  return Set(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
}

absl::Status DnnDescriptor::Finalize() {
  return ToStatus(cudnnBackendFinalize(raw_), "cudnnBackendFinalize");
}

cudnnDataType_t DnnDataType(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return CUDNN_DATA_HALF;
    case DType::kBF16:
      return CUDNN_DATA_BFLOAT16;
    case DType::kF64:
      return CUDNN_DATA_DOUBLE;
    default:
      return CUDNN_DATA_FLOAT;
  }
}

absl::StatusOr<DnnDescriptor> MakeChannelsLast(const DnnTensor& tensor) {
  const std::vector<int64_t>& dims = tensor.dims;
  std::vector<int64_t> strides(dims.size(), 1);
  int64_t stride = dims[1];
  for (size_t k = dims.size(); k-- > 2;) {
    strides[k] = stride;
    stride *= dims[k];
  }
  strides[0] = stride;
  ASSIGN_OR_RETURN(DnnDescriptor descriptor,
                   DnnDescriptor::Create(CUDNN_BACKEND_TENSOR_DESCRIPTOR));
  const cudnnDataType_t type = DnnDataType(tensor.dtype);
  const int64_t alignment = 16;
  RETURN_IF_ERROR(descriptor.Set(CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &type));
  RETURN_IF_ERROR(descriptor.SetInts(CUDNN_ATTR_TENSOR_DIMENSIONS, dims));
  RETURN_IF_ERROR(descriptor.SetInts(CUDNN_ATTR_TENSOR_STRIDES, strides));
  RETURN_IF_ERROR(descriptor.SetInts(CUDNN_ATTR_TENSOR_UNIQUE_ID, {tensor.id}));
  RETURN_IF_ERROR(descriptor.SetInts(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {alignment}));
  RETURN_IF_ERROR(descriptor.Finalize());
  return descriptor;
}

absl::StatusOr<std::unique_ptr<DnnPlan>> DnnPlan::Create(Libraries& libraries, DType dtype,
                                                         DnnDescriptor operation,
                                                         const DnnPlanOptions& options) {
  std::unique_ptr<DnnPlan> made(new DnnPlan());
  ASSIGN_OR_RETURN(made->handle_, libraries.Dnn());
  made->operation_ = std::move(operation);
  ASSIGN_OR_RETURN(made->graph_, MakeGraph(made->handle_, made->operation_));
  const bool allow_tensor_cores = dtype != DType::kF32 || options.allow_tf32;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    ASSIGN_OR_RETURN(const std::vector<DnnDescriptor> proposals, Proposals(made->graph_, mode));
    for (const DnnDescriptor& proposal : proposals) {
      ASSIGN_OR_RETURN(const bool exact, IsExact(proposal, allow_tensor_cores));
      if (!exact) continue;
      absl::StatusOr<DnnDescriptor> plan = MakePlan(made->handle_, proposal);
      if (!plan.ok()) continue;  // a heuristic may propose what the device cannot do
      made->plan_ = *std::move(plan);
      int64_t count = 0;
      RETURN_IF_CUDA_ERROR(
          cudnnBackendGetAttribute(made->plan_.get(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE,
                                   CUDNN_TYPE_INT64, 1, &count, &made->workspace_nbytes_));
      return made;
    }
  }
  return Unimplemented("cuDNN: expected an engine for the operation, received none");
}

absl::Status DnnPlan::Enqueue(const std::vector<int64_t>& ids, std::vector<void*> addresses,
                              void* workspace, cudaStream_t stream) const {
  RETURN_IF_CUDA_ERROR(cudnnSetStream(handle_, stream));
  ASSIGN_OR_RETURN(DnnDescriptor pack,
                   DnnDescriptor::Create(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR));
  RETURN_IF_ERROR(pack.SetInts(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids));
  RETURN_IF_ERROR(pack.Set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR,
                           static_cast<int64_t>(addresses.size()), addresses.data()));
  RETURN_IF_ERROR(pack.Set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, &workspace));
  RETURN_IF_ERROR(pack.Finalize());
  return ToStatus(cudnnBackendExecute(handle_, plan_.get(), pack.get()), "cudnnBackendExecute");
}

}  // namespace tricorn::backend::cuda
