#pragma once

#include <cudnn.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/cuda/libraries.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cuda {

// Owns one of cuDNN's backend descriptors.
class DnnDescriptor {
 public:
  static absl::StatusOr<DnnDescriptor> Create(cudnnBackendDescriptorType_t type);
  DnnDescriptor() = default;
  DnnDescriptor(DnnDescriptor&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  DnnDescriptor& operator=(DnnDescriptor&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  ~DnnDescriptor() {
    if (raw_ != nullptr) static_cast<void>(cudnnBackendDestroyDescriptor(raw_));
  }

  cudnnBackendDescriptor_t get() const { return raw_; }
  absl::Status Set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                   int64_t count, const void* values);
  absl::Status SetDescriptor(cudnnBackendAttributeName_t name, const DnnDescriptor& value);
  absl::Status SetInts(cudnnBackendAttributeName_t name, const std::vector<int64_t>& values);
  absl::Status Finalize();

 private:
  cudnnBackendDescriptor_t raw_ = nullptr;
};

// A tensor of cuDNN's (batch, channels, spatial...), its channels last in memory.
struct DnnTensor {
  int64_t id = 0;  // names its address when a plan runs
  DType dtype = DType::kF32;
  std::vector<int64_t> dims;  // batch, channels, spatial...
};
absl::StatusOr<DnnDescriptor> MakeChannelsLast(const DnnTensor& tensor);
cudnnDataType_t DnnDataType(DType dtype);

struct DnnPlanOptions {
  bool allow_tf32 = false;  // products of float32 may round their operands
};

// One operation made ready to run, with an engine that gives the same bits every time.
class DnnPlan {
 public:
  // Unimplemented when no engine takes the operation.
  static absl::StatusOr<std::unique_ptr<DnnPlan>> Create(Libraries& libraries, DType dtype,
                                                         DnnDescriptor operation,
                                                         const DnnPlanOptions& options);

  int64_t workspace_nbytes() const { return workspace_nbytes_; }
  absl::Status Enqueue(const std::vector<int64_t>& ids, std::vector<void*> addresses,
                       void* workspace, cudaStream_t stream) const;

 private:
  DnnPlan() = default;

  cudnnHandle_t handle_ = nullptr;
  DnnDescriptor operation_, graph_, plan_;
  int64_t workspace_nbytes_ = 0;
};

}  // namespace tricorn::backend::cuda
