#include "core/backend/cuda/libraries/libraries.h"

#include "core/backend/cuda/codegen/nvrtc_compiler.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

absl::StatusOr<DnnDescriptor> Described(const std::string& json) {
  ASSIGN_OR_RETURN(DnnDescriptor device,
                   DnnDescriptor::Create(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR));
  RETURN_IF_ERROR(device.Set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                             static_cast<int64_t>(json.size()), json.data()));
  RETURN_IF_ERROR(device.Finalize());
  return device;
}

}  // namespace

Libraries::Libraries() : choices_(NvrtcCompiler::DefaultCache()) {}

Libraries::~Libraries() {
  plans_.clear();
  if (blas_ != nullptr) static_cast<void>(cublasLtDestroy(blas_));
  if (dnn_ != nullptr) static_cast<void>(cudnnDestroy(dnn_));
}

absl::StatusOr<cublasLtHandle_t> Libraries::Blas() {
  const absl::MutexLock lock(&mu_);
  if (blas_ == nullptr) RETURN_IF_CUDA_ERROR(cublasLtCreate(&blas_));
  return blas_;
}

absl::StatusOr<DnnTarget> Libraries::Dnn() {
  const absl::MutexLock lock(&mu_);
  if (!described_.empty()) {
    if (dnn_description_.get() == nullptr) {
      ASSIGN_OR_RETURN(dnn_description_, Described(described_));
    }
    return DnnTarget{.description = &dnn_description_};
  }
  if (dnn_ == nullptr) RETURN_IF_CUDA_ERROR(cudnnCreate(&dnn_));
  return DnnTarget{.handle = dnn_};
}

Libraries::SharedPlan Libraries::Plan(const std::string& description,
                                      const std::function<SharedPlan()>& make) {
  {
    const absl::MutexLock lock(&mu_);
    const auto found = plans_.find(description);
    if (found != plans_.end()) return found->second;
  }
  SharedPlan plan = make();
  const absl::MutexLock lock(&mu_);
  return plans_.try_emplace(description, std::move(plan)).first->second;
}

}  // namespace tricorn::backend::cuda
