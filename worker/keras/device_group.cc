#include "worker/keras/device_group.h"

#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/comm/device/connect_device_group.h"

namespace tricorn::worker {
namespace {

// How many of the job's shards are computed on GPUs.
absl::StatusOr<int> CountOnGpus(comm::Communicator& communicator, bool is_gpu) {
  const int32_t own = is_gpu ? 1 : 0;
  const std::vector<const std::byte*> parts(static_cast<size_t>(communicator.shards().size()),
                                            reinterpret_cast<const std::byte*>(&own));
  int32_t sum = 0;
  RETURN_IF_ERROR(
      communicator.AllReduce(parts, reinterpret_cast<std::byte*>(&sum), 1, DType::kI32));
  return sum;
}

}  // namespace

absl::StatusOr<std::unique_ptr<comm::DeviceGroup>> ConnectGroupOf(const EngineTask& task,
                                                                  backend::Device& device) {
  if (task.task.virtual_shards() <= 1) return nullptr;
  const bool is_gpu = device.platform() == "cuda";
  const int total = task.communicator.total_shards();
  ASSIGN_OR_RETURN(const int on_gpus, CountOnGpus(task.communicator, is_gpu));
  if (on_gpus != 0 && on_gpus != total) {
    return FailedPrecondition(
        "gang: expected all {} shards on GPUs or none, received {} on GPUs; this rank computes on "
        "{}",
        total, on_gpus, device.platform());
  }
  if (!is_gpu) return nullptr;
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
