#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "core/comm/communicator.h"
#include "core/comm/store.h"

namespace tricorn::comm {

// Connects rank `rank` in the process that calls it.
using Connect =
    std::function<absl::StatusOr<std::unique_ptr<Communicator>>(int rank, Store& store)>;

// Runs CheckCollectives on `size` processes.
absl::Status CheckCollectivesOfProcesses(int size, const Connect& connect);

// Kills one of `size` processes at a random moment (by `seed`) of endless all-reduces. The others
// must get Unavailable naming the rank within two seconds and then hold no descriptor, thread or
// shared memory more than before they connected.
absl::Status CheckLostRank(int size, int seed, const Connect& connect);

// One rank of `size` aborts from another thread while the others wait for it. All must return its
// error within one second, later calls too.
absl::Status CheckAbort(int size, const Connect& connect);

// What one rank of these does, for ranks that are started otherwise:
// endless all-reduces of `count` elements, until the loss of `victim` is told as it should be;
absl::Status ExpectLoss(Communicator& communicator, int victim, int64_t count);
// and until the abort is, which the first rank gives. Returns before the others may know.
absl::Status ExpectAbort(Communicator& communicator);

}  // namespace tricorn::comm
