#include "core/comm/nccl/nccl_library.h"

#include <dlfcn.h>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr char kName[] = "libnccl.so.2";

absl::StatusOr<const NcclLibrary*> Load() {
  void* const handle = dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return NotFound("{}: expected NCCL, received {}", kName, dlerror());
  auto* const library = new NcclLibrary;
  absl::Status status;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    if (function == nullptr) status.Update(NotFound("{}: expected {}, received none", kName, name));
  };
  find(library->GetUniqueId, "ncclGetUniqueId");
  find(library->CommInitRankConfig, "ncclCommInitRankConfig");
  find(library->CommFinalize, "ncclCommFinalize");
  find(library->CommDestroy, "ncclCommDestroy");
  find(library->CommAbort, "ncclCommAbort");
  find(library->CommGetAsyncError, "ncclCommGetAsyncError");
  find(library->GetErrorString, "ncclGetErrorString");
  find(library->AllReduce, "ncclAllReduce");
  find(library->AllGather, "ncclAllGather");
  find(library->Reduce, "ncclReduce");
  find(library->Send, "ncclSend");
  find(library->Recv, "ncclRecv");
  find(library->GroupStart, "ncclGroupStart");
  find(library->GroupEnd, "ncclGroupEnd");
  RETURN_IF_ERROR(status);
  return library;
}

}  // namespace

absl::StatusOr<const NcclLibrary*> NcclLibrary::Get() {
  static const auto* const library = new absl::StatusOr<const NcclLibrary*>(Load());
  return *library;
}

absl::Status NcclLibrary::ToStatus(ncclResult_t result, std::string_view what) const {
  if (result == ncclSuccess) return absl::OkStatus();
  if (result == ncclRemoteError || result == ncclSystemError) {
    return Unavailable("{}: expected success, received {}", what, GetErrorString(result));
  }
  return Internal("{}: expected success, received {}", what, GetErrorString(result));
}

}  // namespace tricorn::comm
