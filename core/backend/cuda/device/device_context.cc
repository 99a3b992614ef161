#include "core/backend/cuda/device/device_context.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/backend/nvml.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMaxBounced = 64 << 10;

// Freed memory stays in the pool for the next allocation.
absl::Status KeepFreedMemory(int ordinal) {
  cudaMemPool_t pool = nullptr;
  RETURN_IF_CUDA_ERROR(cudaDeviceGetDefaultMemPool(&pool, ordinal));
  uint64_t threshold = std::numeric_limits<uint64_t>::max();
  return ToStatus(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold),
                  "cudaMemPoolSetAttribute");
}

}  // namespace

DeviceContext::DeviceContext(int ordinal, cudaStream_t stream, const std::string& architecture)
    : ordinal_(ordinal),
      stream_(stream),
      compiler_(architecture, NvrtcCompiler::DefaultCache()),
      pinned_memory_(std::make_shared<PinnedMemory>()),
      staged_upload_(ordinal, pinned_memory_) {}

DeviceContext::~DeviceContext() {
  static_cast<void>(cudaStreamSynchronize(stream_));
  static_cast<void>(cudaStreamDestroy(stream_));
}

absl::StatusOr<std::shared_ptr<DeviceContext>> DeviceContext::Create(int ordinal) {
  int count = 0;
  const cudaError_t counted = cudaGetDeviceCount(&count);
  if (counted != cudaSuccess) count = 0;
  if (ordinal < 0 || ordinal >= count) {
    return absl::NotFoundError(
        fmt::format("GPU {}: expected one of {} devices, received {}", ordinal, count,
                    counted == cudaSuccess ? "none of that number" : cudaGetErrorString(counted)));
  }
  RETURN_IF_CUDA_ERROR(cudaSetDevice(ordinal));
  int major = 0, minor = 0;
  RETURN_IF_CUDA_ERROR(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, ordinal));
  RETURN_IF_CUDA_ERROR(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, ordinal));
  RETURN_IF_ERROR(KeepFreedMemory(ordinal));
  cudaStream_t stream = nullptr;
  RETURN_IF_CUDA_ERROR(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return std::shared_ptr<DeviceContext>(
      new DeviceContext(ordinal, stream, fmt::format("sm_{}{}", major, minor)));
}

absl::Status DeviceContext::MakeCurrent() const {
  return ToStatus(cudaSetDevice(ordinal_), "cudaSetDevice");
}

absl::StatusOr<Buffer> DeviceContext::Allocate(int64_t nbytes, std::string_view what) {
  RETURN_IF_ERROR(MakeCurrent());
  void* data = nullptr;
  const cudaError_t error =
      cudaMallocAsync(&data, static_cast<size_t>(std::max<int64_t>(nbytes, 1)), stream_);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());
    size_t free = 0, total = 0;
    RETURN_IF_CUDA_ERROR(cudaMemGetInfo(&free, &total));
    return ResourceExhausted("{}: expected {} bytes of GPU memory, received {} free of {}", what,
                             nbytes, free, total);
  }
  RETURN_IF_ERROR(ToStatus(error, "cudaMallocAsync"));
  std::shared_ptr<const void> owner(data, [context = shared_from_this()](void* bytes) {
    static_cast<void>(cudaFreeAsync(bytes, context->stream()));
  });
  return Buffer{static_cast<std::byte*>(data), nbytes, std::move(owner)};
}

absl::Status DeviceContext::Upload(const Tensor& from, std::byte* to) {
  RETURN_IF_ERROR(MakeCurrent());
  const absl::MutexLock lock(&stream_mutex_);
  if (from.nbytes() >= StagedUpload::kMinNbytes) {
    return staged_upload_.Run(from.bytes(), to, from.nbytes(), stream_);
  }
  // From pageable memory this returns when the bytes are staged by the driver.
  return ToStatus(cudaMemcpyAsync(to, from.bytes(), static_cast<size_t>(from.nbytes()),
                                  cudaMemcpyHostToDevice, stream_),
                  "upload");
}

absl::Status DeviceContext::Download(const std::byte* from, Tensor& to) {
  RETURN_IF_ERROR(MakeCurrent());
  const auto nbytes = static_cast<size_t>(to.nbytes());
  if (to.nbytes() > kMaxBounced) {
    RETURN_IF_CUDA_ERROR(
        cudaMemcpyAsync(to.bytes(), from, nbytes, cudaMemcpyDeviceToHost, stream_));
    return ToStatus(cudaStreamSynchronize(stream_), "download");
  }
  // Few bytes come faster through pinned memory.
  ASSIGN_OR_RETURN(Tensor pinned, pinned_memory_->Allocate(DType::kU8, {kMaxBounced}));
  RETURN_IF_CUDA_ERROR(
      cudaMemcpyAsync(pinned.bytes(), from, nbytes, cudaMemcpyDeviceToHost, stream_));
  RETURN_IF_ERROR(ToStatus(cudaStreamSynchronize(stream_), "download"));
  std::memcpy(to.bytes(), pinned.bytes(), nbytes);
  return absl::OkStatus();
}

absl::StatusOr<MemoryUse> DeviceContext::Memory() const {
  RETURN_IF_ERROR(MakeCurrent());
  cudaMemPool_t pool = nullptr;
  RETURN_IF_CUDA_ERROR(cudaDeviceGetDefaultMemPool(&pool, ordinal_));
  uint64_t allocated = 0, peak = 0;
  RETURN_IF_CUDA_ERROR(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemCurrent, &allocated));
  RETURN_IF_CUDA_ERROR(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &peak));
  size_t free = 0, total = 0;
  RETURN_IF_CUDA_ERROR(cudaMemGetInfo(&free, &total));
  char bus_id[32] = {};
  RETURN_IF_CUDA_ERROR(cudaDeviceGetPCIBusId(bus_id, sizeof(bus_id), ordinal_));
  return MemoryUse{.allocated = static_cast<int64_t>(allocated),
                   .peak_allocated = static_cast<int64_t>(peak),
                   .process = GpuMemoryOfProcess(bus_id),
                   .free = static_cast<int64_t>(free),
                   .total = static_cast<int64_t>(total)};
}

absl::Status DeviceContext::ResetPeakMemory() const {
  RETURN_IF_ERROR(MakeCurrent());
  cudaMemPool_t pool = nullptr;
  RETURN_IF_CUDA_ERROR(cudaDeviceGetDefaultMemPool(&pool, ordinal_));
  uint64_t zero = 0;
  return ToStatus(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &zero),
                  "cudaMemPoolSetAttribute");
}

}  // namespace tricorn::backend::cuda
