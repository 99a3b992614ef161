#include "core/backend/cuda/runtime/step_timer.h"

#include <cmath>

#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {

StepTimer::StepTimer(size_t num_steps, cudaStream_t stream) : stream_(stream) {
  if (num_steps == 0) return;
  events_.reserve(num_steps + 1);
  status_ = Mark();
}

StepTimer::~StepTimer() {
  for (const cudaEvent_t event : events_) static_cast<void>(cudaEventDestroy(event));
}

absl::Status StepTimer::Mark() {
  cudaEvent_t event = nullptr;
  RETURN_IF_CUDA_ERROR(cudaEventCreate(&event));
  events_.push_back(event);
  return ToStatus(cudaEventRecord(event, stream_), "cudaEventRecord");
}

absl::Status StepTimer::StepEnds() {
  RETURN_IF_ERROR(status_);
  return Mark();
}

absl::StatusOr<std::vector<int64_t>> StepTimer::Wait() {
  RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(stream_));
  std::vector<int64_t> times;
  for (size_t i = 1; i < events_.size(); ++i) {
    float ms = 0;
    RETURN_IF_CUDA_ERROR(cudaEventElapsedTime(&ms, events_[i - 1], events_[i]));
    times.push_back(std::llround(static_cast<double>(ms) * 1e6));
  }
  return times;
}

}  // namespace tricorn::backend::cuda
