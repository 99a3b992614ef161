#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/backend/cuda/codegen/nvrtc_compiler.h"
#include "core/backend/cuda/device/pinned_memory.h"
#include "core/backend/cuda/device/staged_upload.h"
#include "core/backend/cuda/libraries/libraries.h"
#include "core/backend/device.h"

namespace tricorn::backend::cuda {

// One GPU as this process uses it: a stream on which all work runs in order, the memory pool, the
// compiler and the libraries' handles. Executables and buffers share it.
class DeviceContext : public std::enable_shared_from_this<DeviceContext> {
 public:
  static absl::StatusOr<std::shared_ptr<DeviceContext>> Create(int ordinal);
  ~DeviceContext();
  DeviceContext(const DeviceContext&) = delete;
  DeviceContext& operator=(const DeviceContext&) = delete;

  // Makes this GPU the calling thread's.
  absl::Status MakeCurrent() const;
  cudaStream_t stream() const { return stream_; }
  const NvrtcCompiler& compiler() const { return compiler_; }
  Libraries& libraries() { return libraries_; }
  PinnedMemory& pinned_memory() { return *pinned_memory_; }
  // Held while work is put on the stream: a capture must not see another thread's.
  absl::Mutex& stream_mutex() ABSL_LOCK_RETURNED(stream_mutex_) { return stream_mutex_; }

  // Memory that is free again, for work put on the stream later, when the buffer's last copy goes.
  absl::StatusOr<Buffer> Allocate(int64_t nbytes, std::string_view what);
  // Copies on the stream. The host's bytes may go when Upload, and are there when Download returns.
  absl::Status Upload(const Tensor& from, std::byte* to);
  absl::Status Download(const std::byte* from, Tensor& to);
  absl::StatusOr<MemoryUse> Memory() const;
  absl::Status ResetPeakMemory() const;

 private:
  DeviceContext(int ordinal, cudaStream_t stream, const std::string& architecture);

  const int ordinal_;
  const cudaStream_t stream_;
  const NvrtcCompiler compiler_;
  Libraries libraries_;
  absl::Mutex stream_mutex_;
  const std::shared_ptr<PinnedMemory> pinned_memory_;
  StagedUpload staged_upload_ ABSL_GUARDED_BY(stream_mutex_);
};

}  // namespace tricorn::backend::cuda
