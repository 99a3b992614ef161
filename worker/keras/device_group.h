#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/comm/device_group.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// What sums the shards of a job on GPUs; null where shards are computed in host memory, or there
// are none. Every rank of the job calls it.
// Errors: FailedPrecondition, on all ranks, where some compute on GPUs and some do not.
absl::StatusOr<std::unique_ptr<comm::DeviceGroup>> ConnectGroupOf(const EngineTask& task,
                                                                  backend::Device& device);

}  // namespace tricorn::worker
