#include "core/comm/mpi/mpi_session.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/base/status.h"
#include "core/comm/host_id.h"

namespace tricorn::comm {
namespace {

// What ranks tell each other first.
struct Introduction {
  int32_t pid;
  char host_id[124];
};

absl::StatusOr<Introduction> OwnIntroduction() {
  Introduction own{};
  own.pid = getpid();
  ASSIGN_OR_RETURN(const std::string host_id, LocalHostId());
  if (host_id.size() >= sizeof own.host_id) {
    return Internal("host id: expected at most {} characters, received '{}'",
                    sizeof own.host_id - 1, host_id);
  }
  std::memcpy(own.host_id, host_id.data(), host_id.size());
  return own;
}

}  // namespace

absl::Status MpiStatus(int code, const char* what) {
  if (code == MPI_SUCCESS) return absl::OkStatus();
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  return Unavailable("{}: {}", what, std::string(text, length));
}

absl::StatusOr<std::shared_ptr<MpiSession>> MpiSession::Begin() {
  int provided = MPI_THREAD_SINGLE;
  RETURN_IF_ERROR(
      MpiStatus(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided), "MPI_Init"));
  if (provided < MPI_THREAD_SERIALIZED) {
    return FailedPrecondition("MPI: expected MPI_THREAD_SERIALIZED, received thread level {}",
                              provided);
  }
  std::shared_ptr<MpiSession> session(new MpiSession);
  const absl::Status met = session->MeetOthers();
  if (!met.ok()) session->MarkFailed();
  RETURN_IF_ERROR(met);
  return session;
}

MpiSession::~MpiSession() {
  if (!failed_) MPI_Finalize();
}

absl::Status MpiSession::MeetOthers() {
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  for (MPI_Comm* comm : {&data_, &control_}) {  // which inherit the error handler
    RETURN_IF_ERROR(MpiStatus(MPI_Comm_dup(MPI_COMM_WORLD, comm), "MPI_Comm_dup"));
  }
  ASSIGN_OR_RETURN(const Introduction own, OwnIntroduction());
  std::vector<Introduction> all(size_);
  RETURN_IF_ERROR(MpiStatus(
      MPI_Allgather(&own, sizeof own, MPI_BYTE, all.data(), sizeof own, MPI_BYTE, MPI_COMM_WORLD),
      "MPI_Allgather"));
  processes_.resize(size_);
  local_size_ = 0;
  for (int rank = 0; rank < size_; ++rank) {
    if (std::strcmp(all[rank].host_id, own.host_id) != 0) continue;
    if (rank == rank_) local_rank_ = local_size_;
    ++local_size_;
    if (rank == rank_) continue;
    auto process = ProcessHandle::Open(all[rank].pid);
    if (!process.ok()) return WithSubject(process.status(), fmt::format("rank {}", rank));
    processes_[rank] = *std::move(process);
  }
  return absl::OkStatus();
}

bool MpiSession::HasEnded(int rank) const {
  return processes_[rank].has_value() && processes_[rank]->HasEnded();
}

}  // namespace tricorn::comm
