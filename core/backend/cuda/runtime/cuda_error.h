#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include <string_view>

#include "absl/status/status.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {

// OK, or the library's error after `what`: ResourceExhausted when memory ran out, Internal else.
absl::Status ToStatus(cudaError_t error, std::string_view what);
absl::Status ToStatus(cublasStatus_t error, std::string_view what);
absl::Status ToStatus(cudnnStatus_t error, std::string_view what);

}  // namespace tricorn::backend::cuda

#define RETURN_IF_CUDA_ERROR(call) \
  RETURN_IF_ERROR(::tricorn::backend::cuda::ToStatus((call), #call))
