#include "core/comm/nccl/nccl_comm.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr absl::Duration kFirstPause = absl::Microseconds(10);
constexpr absl::Duration kLongestPause = absl::Milliseconds(1);
constexpr absl::Duration kFinalizeTimeout = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<NcclComm>> NcclComm::Connect(const NcclLibrary& library,
                                                            const ncclUniqueId& id, int rank,
                                                            int size, const Failure& failure,
                                                            absl::Time deadline) {
  std::unique_ptr<NcclComm> comm(new NcclComm(library, failure));
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;
  MutexLock lock(&comm->mu_);
  const ncclResult_t result = library.CommInitRankConfig(&comm->comm_, size, id, rank, &config);
  const absl::Status ready = comm->WaitUntilReady(result, "ncclCommInitRankConfig", deadline);
  if (ready.ok()) return comm;
  if (ncclComm_t const unfinished = std::exchange(comm->comm_, nullptr)) {
    library.CommAbort(unfinished);
  }
  return ready;
}

NcclComm::~NcclComm() {
  MutexLock lock(&mu_);
  if (comm_ == nullptr) return;
  const absl::Status finalized = WaitUntilReady(library_.CommFinalize(comm_), "ncclCommFinalize",
                                                absl::Now() + kFinalizeTimeout);
  if (finalized.ok()) {
    library_.CommDestroy(comm_);
  } else {
    library_.CommAbort(comm_);
  }
}

absl::Status NcclComm::Enqueue(const std::function<ncclResult_t(ncclComm_t comm)>& calls) {
  MutexLock lock(&mu_);
  RETURN_IF_ERROR(failure_.status());
  CHECK(comm_ != nullptr);
  RETURN_IF_ERROR(library_.ToStatus(library_.GroupStart(), "ncclGroupStart"));
  const ncclResult_t called = calls(comm_);
  const ncclResult_t ended = library_.GroupEnd();
  if (called != ncclInProgress) RETURN_IF_ERROR(library_.ToStatus(called, "NCCL"));
  return WaitUntilReady(ended, "ncclGroupEnd", absl::InfiniteFuture());
}

absl::Status NcclComm::WaitUntilReady(ncclResult_t result, std::string_view what,
                                      absl::Time deadline) {
  absl::Duration pause = kFirstPause;
  while (result == ncclInProgress) {
    RETURN_IF_ERROR(failure_.status());
    if (absl::Now() > deadline) {
      return absl::DeadlineExceededError(
          fmt::format("{}: expected all ranks in time, received no answer", what));
    }
    mu_.Unlock();  // for AsyncError and Abort
    absl::SleepFor(pause);
    mu_.Lock();
    if (comm_ == nullptr) return failure_.status();
    pause = std::min(pause * 2, kLongestPause);
    RETURN_IF_ERROR(library_.ToStatus(library_.CommGetAsyncError(comm_, &result), what));
  }
  return library_.ToStatus(result, what);
}

absl::Status NcclComm::AsyncError() {
  MutexLock lock(&mu_);
  if (comm_ == nullptr) return absl::OkStatus();
  ncclResult_t error = ncclSuccess;
  RETURN_IF_ERROR(
      library_.ToStatus(library_.CommGetAsyncError(comm_, &error), "ncclCommGetAsyncError"));
  return error == ncclInProgress ? absl::OkStatus() : library_.ToStatus(error, "NCCL");
}

void NcclComm::Abort() {
  CHECK(failure_.happened());
  ncclComm_t comm = nullptr;
  {
    MutexLock lock(&mu_);
    comm = std::exchange(comm_, nullptr);
  }
  if (comm != nullptr) library_.CommAbort(comm);
}

}  // namespace tricorn::comm
