#include "core/backend/cuda/libraries/measurement.h"

#include <algorithm>

#include "core/backend/cuda/runtime/captured_graph.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kTimes = 3;      // of which the least counts
constexpr float kShort = 100;  // us: work that is repeated within a measurement
constexpr int kShortRepetitions = 20;

// A stream and two events.
class Stopwatch {
 public:
  ~Stopwatch() {
    if (begin_ != nullptr) static_cast<void>(cudaEventDestroy(begin_));
    if (end_ != nullptr) static_cast<void>(cudaEventDestroy(end_));
    if (stream_ != nullptr) static_cast<void>(cudaStreamDestroy(stream_));
  }
  absl::Status Init() {
    RETURN_IF_CUDA_ERROR(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    RETURN_IF_CUDA_ERROR(cudaEventCreate(&begin_));
    return ToStatus(cudaEventCreate(&end_), "cudaEventCreate");
  }
  cudaStream_t stream() const { return stream_; }
  absl::StatusOr<float> Us(const std::function<absl::Status()>& work) const {
    RETURN_IF_CUDA_ERROR(cudaEventRecord(begin_, stream_));
    RETURN_IF_ERROR(work());
    RETURN_IF_CUDA_ERROR(cudaEventRecord(end_, stream_));
    RETURN_IF_CUDA_ERROR(cudaEventSynchronize(end_));
    float ms = 0;
    RETURN_IF_CUDA_ERROR(cudaEventElapsedTime(&ms, begin_, end_));
    return ms * 1000;
  }

 private:
  cudaStream_t stream_ = nullptr;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

}  // namespace

std::string DeviceKind() {
  int device = 0, major = 0, minor = 0, multiprocessors = 0;
  static_cast<void>(cudaGetDevice(&device));
  static_cast<void>(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  static_cast<void>(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  static_cast<void>(
      cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device));
  return fmt::format("sm_{}{} x{}", major, minor, multiprocessors);
}

absl::StatusOr<Scratch> Scratch::Make(int64_t nbytes) {
  void* data = nullptr;
  if (cudaMalloc(&data, static_cast<size_t>(nbytes)) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    return ResourceExhausted("measurement: expected {} bytes of GPU memory, received none", nbytes);
  }
  Scratch scratch(static_cast<std::byte*>(data));
  RETURN_IF_CUDA_ERROR(cudaMemset(data, 0x3c, static_cast<size_t>(nbytes)));
  return scratch;
}

absl::StatusOr<float> LeastUs(const std::function<absl::Status(cudaStream_t)>& enqueue) {
  Stopwatch watch;
  RETURN_IF_ERROR(watch.Init());
  const auto once = [&] { return enqueue(watch.stream()); };
  RETURN_IF_ERROR(watch.Us(once).status());  // loads what runs
  ASSIGN_OR_RETURN(const float first, watch.Us(once));
  const int repetitions = first < kShort ? kShortRepetitions : 1;
  ASSIGN_OR_RETURN(const auto recorded, CapturedGraph::Record(watch.stream(), [&] {
                     for (int i = 0; i < repetitions; ++i) RETURN_IF_ERROR(once());
                     return absl::OkStatus();
                   }));
  float least = 0;
  for (int time = 0; time < kTimes; ++time) {
    ASSIGN_OR_RETURN(const float us, watch.Us([&] { return recorded->Launch(watch.stream()); }));
    if (time == 0 || us < least) least = us;
  }
  return least / static_cast<float>(repetitions);
}

}  // namespace tricorn::backend::cuda
