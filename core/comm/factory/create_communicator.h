#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/comm/communicator.h"
#include "core/comm/shard_tree.h"
#include "core/comm/store.h"

namespace tricorn::comm {

struct CommunicatorOptions {
  int rank = 0;
  int size = 1;
  ShardRange shards;  // owned; the ranges of the ranks, in order, make up [0, total_shards)
  int total_shards = 1;
  std::string host_id;                        // equal on ranks that share memory: LocalHostId()
  std::string listen_host = "127.0.0.1";      // a numeric address that the other hosts reach
  Store* store = nullptr;                     // of the job
  int64_t generation = 0;                     // ranks of other generations are not met
  std::string channel = "";                   // tells communicators of one generation apart
  absl::Duration timeout = absl::Minutes(1);  // for all ranks to come
};

// Connects this rank with the others, which call it too, over shared memory within a host and TCP
// between hosts.
// Errors: InvalidArgument if the ranks' shards are no partition; DeadlineExceeded, naming the rank,
// if one does not come in time; Unavailable if one is lost meanwhile.
absl::StatusOr<std::unique_ptr<Communicator>> CreateCommunicator(
    const CommunicatorOptions& options);

}  // namespace tricorn::comm
