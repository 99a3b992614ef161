#include "core/backend/cuda/libraries/dnn_descriptor.h"

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {

absl::StatusOr<DnnDescriptor> DnnDescriptor::Create(cudnnBackendDescriptorType_t type) {
  DnnDescriptor descriptor;
  RETURN_IF_CUDA_ERROR(cudnnBackendCreateDescriptor(type, &descriptor.raw_));
  return descriptor;
}

absl::Status DnnDescriptor::Set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                int64_t count, const void* values) {
  return ToStatus(cudnnBackendSetAttribute(raw_, name, type, count, values),
                  "cudnnBackendSetAttribute");
}

absl::Status DnnDescriptor::SetDescriptor(cudnnBackendAttributeName_t name,
                                          const DnnDescriptor& value) {
  return Set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.raw_);
}

absl::Status DnnDescriptor::SetInts(cudnnBackendAttributeName_t name,
                                    const std::vector<int64_t>& values) {
  return Set(name, CUDNN_TYPE_INT64, static_cast<int64_t>(values.size()), values.data());
}

absl::Status DnnDescriptor::SetType(cudnnBackendAttributeName_t name, cudnnDataType_t type) {
  return Set(name, CUDNN_TYPE_DATA_TYPE, 1, &type);
}

absl::Status DnnDescriptor::SetBool(cudnnBackendAttributeName_t name, bool value) {
  return Set(name, CUDNN_TYPE_BOOLEAN, 1, &value);
}

absl::Status DnnDescriptor::Finalize() {
  return ToStatus(cudnnBackendFinalize(raw_), "cudnnBackendFinalize");
}

cudnnDataType_t DnnDataType(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return CUDNN_DATA_HALF;
    case DType::kBF16:
      return CUDNN_DATA_BFLOAT16;
    case DType::kF64:
      return CUDNN_DATA_DOUBLE;
    default:
      return CUDNN_DATA_FLOAT;
  }
}

}  // namespace tricorn::backend::cuda
