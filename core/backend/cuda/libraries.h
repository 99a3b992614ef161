#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/backend/cuda/choice_cache.h"
#include "core/backend/cuda/side_streams.h"

namespace tricorn::backend::cuda {

// The handles of NVIDIA's libraries on one device, made when first asked for: each costs start-up
// time and device memory.
class Libraries {
 public:
  Libraries();
  ~Libraries();
  Libraries(const Libraries&) = delete;
  Libraries& operator=(const Libraries&) = delete;

  absl::StatusOr<cublasLtHandle_t> Blas();
  absl::StatusOr<cudnnHandle_t> Dnn();

  // What was measured on this kind of device.
  const ChoiceCache& choices() const { return choices_; }
  SideStreams& side_streams() { return side_streams_; }

 private:
  const ChoiceCache choices_;
  SideStreams side_streams_;
  absl::Mutex mu_;
  cublasLtHandle_t blas_ ABSL_GUARDED_BY(mu_) = nullptr;
  cudnnHandle_t dnn_ ABSL_GUARDED_BY(mu_) = nullptr;
};

}  // namespace tricorn::backend::cuda
