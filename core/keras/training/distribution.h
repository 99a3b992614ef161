#pragma once

#include "core/comm/communicator.h"
#include "core/comm/device_group.h"

namespace tricorn::keras {

// How a job's work is spread. The default is one process that computes whole batches.
struct Distribution {
  // Sums over the job's virtual shards; owns this worker's range of them. Null: no shards.
  comm::Communicator* communicator = nullptr;
  // The same on GPUs: sums what they compute. Null where shards are computed in host memory.
  comm::DeviceGroup* device_group = nullptr;
  // Threads that one shard computes with: part of the job, for bits may depend on it. Without
  // shards the threads of the whole.
  int threads_per_shard = 1;
  // Owned shards that run side by side.
  int concurrent_shards = 1;

  // Every rank keeps the optimizer's slots for a part of the weights only, and updates that part.
  bool shard_optimizer_state = false;

  bool is_sharded() const { return communicator != nullptr; }
  bool parts_optimizer() const {
    return shard_optimizer_state && is_sharded() && communicator->size() > 1;
  }
};

}  // namespace tricorn::keras
