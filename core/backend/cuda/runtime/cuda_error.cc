#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {

absl::Status ToStatus(cudaError_t error, std::string_view what) {
  if (error == cudaSuccess) return absl::OkStatus();
  // A failed launch leaves its error behind; nobody else should find it.
  static_cast<void>(cudaGetLastError());
  const std::string message =
      fmt::format("{}: expected success, received {}", what, cudaGetErrorString(error));
  return error == cudaErrorMemoryAllocation ? absl::ResourceExhaustedError(message)
                                            : absl::InternalError(message);
}

absl::Status ToStatus(cublasStatus_t error, std::string_view what) {
  if (error == CUBLAS_STATUS_SUCCESS) return absl::OkStatus();
  return absl::InternalError(
      fmt::format("{}: expected success, received {}", what, cublasLtGetStatusString(error)));
}

absl::Status ToStatus(cudnnStatus_t error, std::string_view what) {
  if (error == CUDNN_STATUS_SUCCESS) return absl::OkStatus();
  return absl::InternalError(
      fmt::format("{}: expected success, received {}", what, cudnnGetErrorString(error)));
}

}  // namespace tricorn::backend::cuda
