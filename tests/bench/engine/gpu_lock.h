#pragma once

#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace tricorn::bench {

// The file that programs lock while they use the GPU, so that one is timed at a time.
class GpuLock {
 public:
  // Waits for it as long as it takes. An empty path locks nothing.
  static absl::StatusOr<GpuLock> Acquire(const std::string& path);
  ~GpuLock();
  GpuLock(GpuLock&& other) noexcept
      : file_(std::exchange(other.file_, -1)), waited_s_(other.waited_s_) {}
  GpuLock& operator=(GpuLock&&) = delete;

  double waited_s() const { return waited_s_; }

 private:
  GpuLock(int file, double waited_s) : file_(file), waited_s_(waited_s) {}

  int file_;
  double waited_s_;
};

}  // namespace tricorn::bench
