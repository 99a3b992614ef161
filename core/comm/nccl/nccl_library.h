#pragma once

#include <nccl.h>

#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::comm {

// libnccl.so.2, loaded when first asked for: a GPU works without it. The members are its functions.
struct NcclLibrary {
  decltype(&ncclGetUniqueId) GetUniqueId;
  decltype(&ncclCommInitRankConfig) CommInitRankConfig;
  decltype(&ncclCommFinalize) CommFinalize;
  decltype(&ncclCommDestroy) CommDestroy;
  decltype(&ncclCommAbort) CommAbort;
  decltype(&ncclCommGetAsyncError) CommGetAsyncError;
  decltype(&ncclGetErrorString) GetErrorString;
  decltype(&ncclAllReduce) AllReduce;
  decltype(&ncclAllGather) AllGather;
  decltype(&ncclReduce) Reduce;
  decltype(&ncclSend) Send;
  decltype(&ncclRecv) Recv;
  decltype(&ncclGroupStart) GroupStart;
  decltype(&ncclGroupEnd) GroupEnd;

  // NotFound if there is none, or it lacks one of these.
  static absl::StatusOr<const NcclLibrary*> Get();

  // OK for success; Unavailable for what a peer or the network may cause; Internal else.
  absl::Status ToStatus(ncclResult_t result, std::string_view what) const;
};

}  // namespace tricorn::comm
