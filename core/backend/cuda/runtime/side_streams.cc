#include "core/backend/cuda/runtime/side_streams.h"

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {

SideStreams::~SideStreams() {
  for (const Side& side : sides_) {
    if (side.done != nullptr) static_cast<void>(cudaEventDestroy(side.done));
    if (side.stream != nullptr) static_cast<void>(cudaStreamDestroy(side.stream));
  }
  if (forked_ != nullptr) static_cast<void>(cudaEventDestroy(forked_));
}

absl::Status SideStreams::Init() {
  for (Side& side : sides_) {
    RETURN_IF_CUDA_ERROR(cudaStreamCreateWithFlags(&side.stream, cudaStreamNonBlocking));
    RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&side.done, cudaEventDisableTiming));
  }
  return ToStatus(cudaEventCreateWithFlags(&forked_, cudaEventDisableTiming), "cudaEventCreate");
}

absl::Status SideStreams::Fork(cudaStream_t main, int count) {
  if (count == 0) return absl::OkStatus();
  if (forked_ == nullptr) RETURN_IF_ERROR(Init());
  RETURN_IF_CUDA_ERROR(cudaEventRecord(forked_, main));
  for (int i = 0; i < count; ++i) RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(stream(i), forked_));
  return absl::OkStatus();
}

absl::Status SideStreams::Join(cudaStream_t main, int count) {
  for (int i = 0; i < count; ++i) {
    const Side& side = sides_[static_cast<size_t>(i)];
    RETURN_IF_CUDA_ERROR(cudaEventRecord(side.done, side.stream));
    RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(main, side.done));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend::cuda
