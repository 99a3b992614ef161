#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "server/blob/blob_store.h"
#include "server/coordinator/coordinator.h"

namespace tricorn::server {

// The event that a blob is stored.
Event StoredBlob(const std::string& sha256, int64_t size_bytes);

// Records the blobs that the store has and the state does not know: a crash came between the file
// and the log. Like every blob, they are removed when nothing refers to them in time. Waits for the
// coordinator's thread.
absl::Status RecordStoredBlobs(Coordinator& coordinator, const BlobStore& store);

}  // namespace tricorn::server
