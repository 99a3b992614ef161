#include "server/rpc/stored_blobs.h"

#include <vector>

#include "core/base/notification.h"
#include "core/base/status.h"

namespace tricorn::server {

Event StoredBlob(const std::string& sha256, int64_t size_bytes) {
  Event event;
  event.mutable_blob_stored()->set_sha256(sha256);
  event.mutable_blob_stored()->set_size_bytes(size_bytes);
  return event;
}

absl::Status RecordStoredBlobs(Coordinator& coordinator, const BlobStore& store) {
  ASSIGN_OR_RETURN(std::vector<std::string> unknown, store.List());
  Notification looked;
  coordinator.Read([&](const Coordinator::View& view) {
    std::erase_if(unknown,
                  [&](const std::string& sha256) { return view.state.blobs.contains(sha256); });
    looked.Notify();
  });
  looked.WaitForNotification();
  for (const std::string& sha256 : unknown) {
    const auto file = store.Read(sha256);
    if (absl::IsNotFound(file.status())) continue;  // forgotten meanwhile
    RETURN_IF_ERROR(file.status());
    coordinator.Submit(StoredBlob(sha256, static_cast<int64_t>((*file)->size())), nullptr);
  }
  return absl::OkStatus();
}

}  // namespace tricorn::server
