#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

// How long work takes on the current device, to choose between ways to do it.

namespace tricorn::backend::cuda {

// What tells kinds of devices apart: architecture and number of multiprocessors.
std::string DeviceKind();

// Device memory while something is measured, full of small numbers in every floating dtype.
class Scratch {
 public:
  static absl::StatusOr<Scratch> Make(int64_t nbytes);  // ResourceExhausted
  std::byte* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(std::byte* data) const { static_cast<void>(cudaFree(data)); }
  };
  explicit Scratch(std::byte* data) : data_(data) {}
  std::unique_ptr<std::byte, Free> data_;
};

// Microseconds that the work takes after itself, the least of a few times. It is recorded: the
// host's part does not count.
absl::StatusOr<float> LeastUs(const std::function<absl::Status(cudaStream_t)>& enqueue);

}  // namespace tricorn::backend::cuda
