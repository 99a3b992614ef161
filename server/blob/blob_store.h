#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/base/sha256.h"

namespace tricorn::server {

class BlobStore;

// One blob on its way in. Only one writer at a time holds an upload.
class BlobWriter {
 public:
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  int64_t received_bytes() const { return received_; }
  // Errors: OutOfRange (not at received_bytes, or beyond the size), ResourceExhausted (disk full).
  absl::Status Write(int64_t offset, std::string_view data);
  // After the last byte: verifies, syncs, and gives the blob its name. It is complete and readable
  // on OK. Errors: FailedPrecondition (bytes are missing), DataLoss (another SHA-256: what was
  // received is dropped).
  absl::Status Finish();

 private:
  friend class BlobStore;
  BlobWriter(BlobStore& store, std::string sha256, int64_t size);
  absl::Status Resume();

  BlobStore& store_;
  const std::string sha256_;
  const int64_t size_;
  int64_t received_ = 0;
  Sha256 hash_;
  std::unique_ptr<WritableFile> file_;
};

// Keeps a stored blob from being removed while it lives.
class BlobHold {
 public:
  ~BlobHold();
  BlobHold(const BlobHold&) = delete;
  BlobHold& operator=(const BlobHold&) = delete;

 private:
  friend class BlobStore;
  BlobHold(BlobStore& store, std::string sha256) : store_(store), sha256_(std::move(sha256)) {}

  BlobStore& store_;
  const std::string sha256_;
};

// Blobs as files named by their SHA-256: `blobs/ab/abcd...`, uploads beside them. Thread-safe.
class BlobStore {
 public:
  static absl::StatusOr<std::unique_ptr<BlobStore>> Open(const std::string& directory,
                                                         Env& env = Env::Posix());

  bool Has(const std::string& sha256) const;
  // Errors: NotFound.
  absl::StatusOr<std::unique_ptr<RandomAccessFile>> Read(const std::string& sha256) const;
  // The SHA-256 of every blob.
  absl::StatusOr<std::vector<std::string>> List() const;
  // How much of an upload has arrived, over restarts too.
  int64_t ReceivedBytes(const std::string& sha256) const;
  // Goes on with an upload, or starts it. While the writer lives the blob is not removed.
  // Errors: Aborted (another writer holds it), DataLoss (more received than `size`: dropped).
  absl::StatusOr<std::unique_ptr<BlobWriter>> Write(const std::string& sha256, int64_t size);
  // Removes what has arrived of uploads that nobody went on with for `age`.
  void DropUploads(absl::Duration age);
  // For what is decided about a blob on the ground that it is there. nullptr if it is not.
  std::unique_ptr<BlobHold> Hold(const std::string& sha256);
  // Removes a blob, unless a writer or a hold keeps it. Missing is no error.
  absl::Status Remove(const std::string& sha256);

 private:
  friend class BlobWriter;
  friend class BlobHold;
  BlobStore(std::string directory, Env& env) : directory_(std::move(directory)), env_(env) {}
  std::string BlobPath(const std::string& sha256) const;
  std::string UploadPath(const std::string& sha256) const;
  void Release(const std::string& sha256);

  const std::string directory_;
  Env& env_;
  mutable Mutex mu_;
  // SHA-256 of the blobs that a writer holds.
  std::set<std::string> writers_ ABSL_GUARDED_BY(mu_);
  std::multiset<std::string> holds_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::server
