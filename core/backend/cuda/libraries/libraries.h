#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>
#include <cudnn.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/backend/cuda/libraries/choice_cache.h"
#include "core/backend/cuda/libraries/dnn_descriptor.h"
#include "core/backend/cuda/runtime/side_streams.h"

namespace tricorn::backend::cuda {

class DnnPlan;

// What cuDNN's plans are made for: a device with a handle, or one that is only described.
struct DnnTarget {
  cudnnHandle_t handle = nullptr;
  const DnnDescriptor* description = nullptr;
};

// The handles of NVIDIA's libraries on one device, made when first asked for: each costs start-up
// time and device memory.
class Libraries {
 public:
  Libraries();
  // For no device: cuDNN makes plans for the one that `description` (its own JSON) tells of.
  explicit Libraries(std::string description) : described_(std::move(description)), choices_("") {}
  ~Libraries();
  Libraries(const Libraries&) = delete;
  Libraries& operator=(const Libraries&) = delete;

  absl::StatusOr<cublasLtHandle_t> Blas();
  absl::StatusOr<DnnTarget> Dnn();

  // What was measured on this kind of device.
  const ChoiceCache& choices() const { return choices_; }
  SideStreams& side_streams() { return side_streams_; }

  // The plan of a graph with this description, made by `make` when it is the first time that one is
  // asked for. Keeps failures too.
  using SharedPlan = absl::StatusOr<std::shared_ptr<const DnnPlan>>;
  SharedPlan Plan(const std::string& description, const std::function<SharedPlan()>& make);

 private:
  const std::string described_;
  const ChoiceCache choices_;
  SideStreams side_streams_;
  absl::Mutex mu_;
  cublasLtHandle_t blas_ ABSL_GUARDED_BY(mu_) = nullptr;
  cudnnHandle_t dnn_ ABSL_GUARDED_BY(mu_) = nullptr;
  DnnDescriptor dnn_description_ ABSL_GUARDED_BY(mu_);
  absl::flat_hash_map<std::string, SharedPlan> plans_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::backend::cuda
