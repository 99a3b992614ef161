#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "proto/blob/blob_client.h"

namespace tricorn::worker {

// Blobs on this machine's disk, by content, shared by all processes of an agent. What was used
// least recently goes when the cache outgrows its limit; who has it open keeps it.
class BlobCache {
 public:
  BlobCache(Env& env, std::string directory, int64_t limit_bytes);

  // The content of `blob`, downloaded if it is not here. Processes that want one blob at a time
  // download it once.
  // Errors: those of BlobClient::Download.
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> Open(const std::string& blob,
                                                         BlobClient& client);

 private:
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> OpenPresent(const std::string& path);
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> Fetch(const std::string& blob,
                                                          const std::string& path,
                                                          BlobClient& client);
  // Removes what was used least recently until `limit_bytes` are left, but never `keep`; and what
  // killed processes left of their downloads.
  void Evict(int64_t limit_bytes, const std::string& keep);
  std::string LockPath(const std::string& digest) const;

  Env& env_;
  const std::string directory_;
  const int64_t limit_bytes_;
};

}  // namespace tricorn::worker
