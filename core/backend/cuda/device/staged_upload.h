#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/backend/cuda/device/pinned_memory.h"
#include "core/base/thread_pool.h"

namespace tricorn::backend::cuda {

// Copies large arrays from ordinary host memory to a GPU several times as fast as the driver does:
// threads bring pieces into pinned memory, from where they go on while the next ones come. For one
// caller at a time.
class StagedUpload {
 public:
  // Worth its threads from here on.
  static constexpr int64_t kMinNbytes = int64_t{4} << 20;

  StagedUpload(int ordinal, std::shared_ptr<PinnedMemory> memory);
  ~StagedUpload();
  StagedUpload(const StagedUpload&) = delete;
  StagedUpload& operator=(const StagedUpload&) = delete;

  // Returns when `from` may go; the copies are then enqueued.
  absl::Status Run(const std::byte* from, std::byte* to, int64_t nbytes, cudaStream_t stream);

 private:
  struct Stage {
    Tensor piece;
    cudaEvent_t copied = nullptr;
  };

  absl::Status Prepare();
  absl::Status CopyShare(int thread, const std::byte* from, std::byte* to, int64_t nbytes,
                         cudaStream_t stream);

  const int ordinal_;
  const std::shared_ptr<PinnedMemory> memory_;
  const int num_threads_;
  std::vector<Stage> stages_;  // two a thread
  std::unique_ptr<ThreadPool> threads_;
};

}  // namespace tricorn::backend::cuda
