#pragma once

#include <cuda_runtime_api.h>

#include <array>

#include "absl/status/status.h"

namespace tricorn::backend::cuda {

// Streams beside the one on which a device's work runs in order, for work within a step that runs
// at the same time. Recorded with the work of that stream, they become branches of the graph. Used
// by one thread at a time: the one that puts work on the main stream.
class SideStreams {
 public:
  static constexpr int kCount = 3;

  SideStreams() = default;
  ~SideStreams();
  SideStreams(const SideStreams&) = delete;
  SideStreams& operator=(const SideStreams&) = delete;

  // The first `count` streams wait for what is on `main` so far.
  absl::Status Fork(cudaStream_t main, int count);
  // `main` waits for what is on them.
  absl::Status Join(cudaStream_t main, int count);
  cudaStream_t stream(int i) const { return sides_[static_cast<size_t>(i)].stream; }

 private:
  struct Side {
    cudaStream_t stream = nullptr;
    cudaEvent_t done = nullptr;
  };
  absl::Status Init();

  std::array<Side, kCount> sides_;
  cudaEvent_t forked_ = nullptr;
};

}  // namespace tricorn::backend::cuda
