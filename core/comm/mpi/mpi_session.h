#pragma once

#include <mpi.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/comm/failure.h"
#include "core/comm/process_handle.h"

namespace tricorn::comm {

// MPI in this process, from MPI_Init to MPI_Finalize. One thread is in MPI at a time, the one that
// holds `mutex()`; errors are returned (MPI_ERRORS_RETURN).
class MpiSession {
 public:
  static absl::StatusOr<std::shared_ptr<MpiSession>> Begin();
  // MPI_Finalize, unless MarkFailed was called.
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  int local_rank() const { return local_rank_; }
  int local_size() const { return local_size_; }

  Mutex& mutex() ABSL_LOCK_RETURNED(mu_) { return mu_; }
  MPI_Comm data() const { return data_; }
  MPI_Comm control() const { return control_; }
  // A tag that separates one mesh's messages from another's; the same on all ranks.
  int NextTag() { return next_tag_++; }

  // True if the process of `rank` is seen to have ended; never for one of another host.
  bool HasEnded(int rank) const;
  // MPI is not to be finalized: a rank may be dead.
  void MarkFailed() { failed_ = true; }

 private:
  MpiSession() = default;
  absl::Status MeetOthers();

  Mutex mu_;
  int rank_ = 0;
  int size_ = 1;
  int local_rank_ = 0;
  int local_size_ = 1;
  MPI_Comm data_ = MPI_COMM_NULL;
  MPI_Comm control_ = MPI_COMM_NULL;
  int next_tag_ = 1;
  std::atomic<bool> failed_ = false;
  std::vector<std::optional<ProcessHandle>> processes_;  // by rank; of this host
};

// OK for MPI_SUCCESS; otherwise Unavailable with MPI's own words.
absl::Status MpiStatus(int code, const char* what);

}  // namespace tricorn::comm
