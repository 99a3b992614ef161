#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/base/notification.h"

namespace grpc {
class Channel;
class ClientContext;
}  // namespace grpc

namespace tricorn {

// Moves blobs between this machine and the coordinator: goes on where a broken stream ended, waits
// out a coordinator that is away, and checks the SHA-256 of what it receives. For any thread.
class BlobClient {
 public:
  // Gives up when nothing has moved for `patience`.
  explicit BlobClient(const std::shared_ptr<grpc::Channel>& channel,
                      absl::Duration patience = absl::Minutes(10));
  ~BlobClient();

  // Appends the content of `blob` ("blobs/{sha256}") to `file`, which is empty.
  // Errors: NotFound; InvalidArgument for another name; DataLoss when the content is not what its
  // name says; what the disk says.
  absl::Status Download(const std::string& blob, WritableFile& file);

  // The name of the blob that holds the content. One the coordinator has already is not sent.
  // Errors: ResourceExhausted when it is too large, or the coordinator's disk is full.
  absl::StatusOr<std::string> Upload(const RandomAccessFile& file);
  absl::StatusOr<std::string> Upload(std::string_view content);

  // Transfers end at once: with Cancelled, or the last error of a coordinator that they wait for.
  // Once.
  void Stop();

 private:
  struct Stubs;
  class Stream;
  using ReadPiece = std::function<absl::Status(uint64_t offset, size_t nbytes, char* out)>;

  absl::StatusOr<std::string> Send(const std::string& sha256, uint64_t size, const ReadPiece& read);
  absl::Status SendOnce(const std::string& upload, uint64_t size, const ReadPiece& read,
                        uint64_t offset);

  const std::unique_ptr<Stubs> stubs_;
  const absl::Duration patience_;
  Notification stop_;
  Mutex mu_;
  std::set<grpc::ClientContext*> streams_ ABSL_GUARDED_BY(mu_);  // under way
};

}  // namespace tricorn
