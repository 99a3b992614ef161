#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/mutex.h"
#include "core/comm/failure.h"
#include "core/comm/nccl/nccl_library.h"

namespace tricorn::comm {

// A communicator of NCCL, non-blocking: no call of its waits for a peer longer than until `failure`
// happens. The current device is this rank's GPU in every call.
class NcclComm {
 public:
  // Until all ranks have come, `failure` happens or the deadline passes.
  static absl::StatusOr<std::unique_ptr<NcclComm>> Connect(const NcclLibrary& library,
                                                           const ncclUniqueId& id, int rank,
                                                           int size, const Failure& failure,
                                                           absl::Time deadline);
  // In good order if nobody aborted.
  ~NcclComm();
  NcclComm(const NcclComm&) = delete;
  NcclComm& operator=(const NcclComm&) = delete;

  // Puts what `calls` calls on a stream, as one group of NCCL. From one thread at a time.
  absl::Status Enqueue(const std::function<ncclResult_t(ncclComm_t comm)>& calls);

  // What NCCL has noticed. For any thread.
  absl::Status AsyncError();

  // Ends what is on the device or is put there later, and frees the communicator. For any thread,
  // after the failure was set. Returns when no captured graph refers to it any more.
  void Abort();

 private:
  NcclComm(const NcclLibrary& library, const Failure& failure)
      : library_(library), failure_(failure) {}

  // Until the last call is through.
  absl::Status WaitUntilReady(ncclResult_t result, std::string_view what, absl::Time deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const NcclLibrary& library_;
  const Failure& failure_;
  Mutex mu_;
  ncclComm_t comm_ ABSL_GUARDED_BY(mu_) = nullptr;  // null once aborted
};

}  // namespace tricorn::comm
