#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "core/base/env.h"

namespace grpc {
class Channel;
}

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

  // Transfers that wait for the coordinator end at once, with its last error. Once.
  void Stop() { stop_.Notify(); }

 private:
  struct Stubs;
  using ReadPiece = std::function<absl::Status(uint64_t offset, size_t nbytes, char* out)>;

  absl::StatusOr<std::string> Send(const std::string& sha256, uint64_t size, const ReadPiece& read);
  absl::Status SendOnce(const std::string& upload, uint64_t size, const ReadPiece& read,
                        uint64_t offset);

  const std::unique_ptr<Stubs> stubs_;
  const absl::Duration patience_;
  absl::Notification stop_;
};

}  // namespace tricorn
