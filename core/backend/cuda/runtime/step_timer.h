#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn::backend::cuda {

// How long each of some steps takes on the device, by events between them. A step shorter than its
// launch counts as long as that: about 5 us.
class StepTimer {
 public:
  // Of steps that are put on `stream` from now on.
  StepTimer(size_t num_steps, cudaStream_t stream);
  ~StepTimer();
  StepTimer(const StepTimer&) = delete;
  StepTimer& operator=(const StepTimer&) = delete;

  absl::Status StepEnds();
  // Waits for the steps: nanoseconds of each that ended.
  absl::StatusOr<std::vector<int64_t>> Wait();

 private:
  absl::Status Mark();

  const cudaStream_t stream_;
  absl::Status status_;
  std::vector<cudaEvent_t> events_;
};

}  // namespace tricorn::backend::cuda
