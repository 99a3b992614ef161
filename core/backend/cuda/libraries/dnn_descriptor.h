#pragma once

#include <cudnn.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
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
  absl::Status SetType(cudnnBackendAttributeName_t name, cudnnDataType_t type);
  absl::Status SetBool(cudnnBackendAttributeName_t name, bool value);
  absl::Status Finalize();

 private:
  cudnnBackendDescriptor_t raw_ = nullptr;
};

cudnnDataType_t DnnDataType(DType dtype);

}  // namespace tricorn::backend::cuda
