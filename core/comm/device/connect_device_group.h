#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/backend/device.h"
#include "core/comm/communicator.h"
#include "core/comm/device_group.h"
#include "core/comm/shard_tree.h"

namespace tricorn::comm {

struct DeviceGroupOptions {
  // Of all ranks, one shard each, for the group alone: by it they agree on NCCL's id, and see each
  // other live.
  std::unique_ptr<Communicator> control;
  ShardRange shards;  // of the job, that this rank owns
  int total_shards = 1;
  Determinism determinism = Determinism::kExact;
  absl::Duration timeout = absl::Minutes(1);  // for NCCL to connect
  bool nccl_alone = false;                    // also where there is one rank: for tests
};

// Connects this rank's GPU with the others', which call it too.
// Errors: FailedPrecondition if `device` is no GPU, or its module was built without NCCL; NotFound
// if this machine lacks NCCL; DeadlineExceeded, Unavailable if a rank does not come.
absl::StatusOr<std::unique_ptr<DeviceGroup>> ConnectDeviceGroup(backend::Device& device,
                                                                DeviceGroupOptions options);

}  // namespace tricorn::comm
