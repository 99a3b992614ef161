#pragma once

#include <cuda_runtime_api.h>

#include <memory>

#include "absl/status/statusor.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cuda {

// Transforms of complex rows in place, by cuFFT, which is loaded when the first plan is made.
class FftPlan {
 public:
  // `rows` rows of `length` pairs of `dtype` (float32 or float64), on the current device. NotFound
  // if this machine lacks cuFFT; Internal, with cuFFT's code, if it refuses.
  static absl::StatusOr<std::unique_ptr<FftPlan>> Create(DType dtype, int64_t rows, int64_t length);
  virtual ~FftPlan() = default;

  virtual int64_t workspace_nbytes() const = 0;
  // Without the factor 1 / length if `inverse`. One call at a time.
  virtual absl::Status Enqueue(void* rows, void* workspace, bool inverse,
                               cudaStream_t stream) const = 0;
};

}  // namespace tricorn::backend::cuda
