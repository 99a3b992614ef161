#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <deque>
#include <memory>
#include <vector>

#include "core/backend/cuda/device/device_context.h"
#include "core/backend/feed.h"

namespace tricorn::backend::cuda {

// Two sets of buffers by turns, filled on a stream of their own: a batch is copied while the run
// before it computes, and the host waits for neither. Pinned tensors (Device::AllocateHost) make
// the copies asynchronous.
class CudaFeed : public Feed {
 public:
  static absl::StatusOr<std::unique_ptr<Feed>> Create(std::shared_ptr<DeviceContext> context,
                                                      std::span<const int64_t> nbytes);
  ~CudaFeed() override;

  absl::StatusOr<std::span<const Buffer>> Send(std::span<const Tensor> batch) override;
  absl::Status Consumed() override;

 private:
  struct Set {
    std::vector<Buffer> buffers;
    cudaEvent_t consumed = nullptr;  // its last reader is done
  };
  // Tensors that may still be read.
  struct Sent {
    cudaEvent_t arrived = nullptr;
    std::vector<Tensor> batch;
  };

  explicit CudaFeed(std::shared_ptr<DeviceContext> context) : context_(std::move(context)) {}
  absl::StatusOr<cudaEvent_t> TakeEvent();
  absl::Status LetGoOfArrived();

  const std::shared_ptr<DeviceContext> context_;
  cudaStream_t stream_ = nullptr;
  std::array<Set, 2> sets_;
  size_t current_ = 0;
  std::deque<Sent> sent_;
  std::vector<cudaEvent_t> events_;  // not in use
};

}  // namespace tricorn::backend::cuda
