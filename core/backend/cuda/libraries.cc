#include "core/backend/cuda/libraries.h"

#include "core/backend/cuda/cuda_error.h"
#include "core/backend/cuda/nvrtc_compiler.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {

Libraries::Libraries() : choices_(NvrtcCompiler::DefaultCache()) {}

Libraries::~Libraries() {
  if (blas_ != nullptr) static_cast<void>(cublasLtDestroy(blas_));
  if (dnn_ != nullptr) static_cast<void>(cudnnDestroy(dnn_));
}

absl::StatusOr<cublasLtHandle_t> Libraries::Blas() {
  const absl::MutexLock lock(&mu_);
  if (blas_ == nullptr) RETURN_IF_CUDA_ERROR(cublasLtCreate(&blas_));
  return blas_;
}

absl::StatusOr<cudnnHandle_t> Libraries::Dnn() {
  const absl::MutexLock lock(&mu_);
  if (dnn_ == nullptr) RETURN_IF_CUDA_ERROR(cudnnCreate(&dnn_));
  return dnn_;
}

}  // namespace tricorn::backend::cuda
