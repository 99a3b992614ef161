#include <utility>

#include "core/backend/cuda/cuda_device.h"
#include "core/base/status.h"
#include "core/comm/nccl/nccl_group.h"

// What a program finds in the CUDA module: see core/comm/device/connect_device_group.cc.

extern "C" __attribute__((visibility("default"))) void tricorn_cuda_connect_group(
    tricorn::backend::Device& device, tricorn::comm::DeviceGroupOptions options,
    absl::StatusOr<std::unique_ptr<tricorn::comm::DeviceGroup>>* group) {
  using tricorn::backend::cuda::CudaDevice;
  auto connected = tricorn::comm::NcclGroup::Connect(static_cast<CudaDevice&>(device).context(),
                                                     std::move(options));
  if (connected.ok()) {
    *group = *std::move(connected);
  } else {
    *group = connected.status();
  }
}
