#include "worker/keras/device_group.h"

#include "core/base/status.h"
#include "core/comm/device/connect_device_group.h"

namespace tricorn::worker {

absl::StatusOr<std::unique_ptr<comm::DeviceGroup>> ConnectGroupOf(const EngineTask& task,
                                                                  backend::Device& device) {
  if (task.task.virtual_shards() <= 1 || device.platform() != "cuda") return nullptr;
  comm::DeviceGroupOptions options;
  ASSIGN_OR_RETURN(options.control, task.connect_control());
  options.shards = task.communicator.shards();
  options.total_shards = task.communicator.total_shards();
  options.determinism = task.task.spec().determinism() == v1::DETERMINISM_FAST
                            ? comm::Determinism::kFast
                            : comm::Determinism::kExact;
  return comm::ConnectDeviceGroup(device, std::move(options));
}

}  // namespace tricorn::worker
