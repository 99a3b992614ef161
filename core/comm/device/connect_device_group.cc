#include "core/comm/device/connect_device_group.h"

#include <utility>

#include "core/backend/cuda_loader.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

using ConnectFunction = void (*)(backend::Device& device, DeviceGroupOptions options,
                                 absl::StatusOr<std::unique_ptr<DeviceGroup>>* group);

}  // namespace

absl::StatusOr<std::unique_ptr<DeviceGroup>> ConnectDeviceGroup(backend::Device& device,
                                                                DeviceGroupOptions options) {
  if (device.platform() != "cuda") {
    return FailedPrecondition("device group: expected a GPU, received {}", device.platform());
  }
  ASSIGN_OR_RETURN(void* const symbol, backend::CudaModuleSymbol("tricorn_cuda_connect_group"));
  absl::StatusOr<std::unique_ptr<DeviceGroup>> group = Internal("CUDA module made no group");
  reinterpret_cast<ConnectFunction>(symbol)(device, std::move(options), &group);
  return group;
}

}  // namespace tricorn::comm
