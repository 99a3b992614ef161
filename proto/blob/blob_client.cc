#include "proto/blob/blob_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/sha256.h"
#include "core/base/status.h"
#include "proto/rpc/retry.h"
#include "proto/rpc/unary.h"
#include "tricorn/v1/blob.grpc.pb.h"

namespace tricorn {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(20);
constexpr absl::Duration kStreamTimeout = absl::Minutes(30);
constexpr size_t kChunkBytes = 512 << 10;
constexpr int kMaxCorruptions = 3;
constexpr std::string_view kPrefix = "blobs/";

// Transient errors, until nothing has moved for `patience`.
class Patience {
 public:
  Patience(grpc::Channel& channel, absl::Duration patience, const Notification& stop)
      : channel_(channel), patience_(patience), stop_(stop) {}
  void Moved() { last_ = absl::Now(); }
  rpc::RetryPolicy policy() const {
    rpc::RetryPolicy policy;
    policy.channel = &channel_;
    policy.give_up = last_ + patience_;
    policy.stop = &stop_;
    return policy;
  }

 private:
  grpc::Channel& channel_;
  const absl::Duration patience_;
  const Notification& stop_;
  absl::Time last_ = absl::Now();
};

}  // namespace

struct BlobClient::Stubs {
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::BlobService::Stub> blob;
};

// The context of a stream, which Stop cancels.
class BlobClient::Stream {
 public:
  explicit Stream(BlobClient& client) : client_(client) {
    context.set_deadline(absl::ToChronoTime(absl::Now() + kStreamTimeout));
    MutexLock lock(&client_.mu_);
    client_.streams_.insert(&context);
    if (client_.stop_.HasBeenNotified()) context.TryCancel();
  }
  ~Stream() {
    MutexLock lock(&client_.mu_);
    client_.streams_.erase(&context);
  }

  grpc::ClientContext context;

 private:
  BlobClient& client_;
};

BlobClient::BlobClient(const std::shared_ptr<grpc::Channel>& channel, absl::Duration patience)
    : stubs_(new Stubs{channel, v1::BlobService::NewStub(channel)}), patience_(patience) {}

BlobClient::~BlobClient() = default;

void BlobClient::Stop() {
  stop_.Notify();
  MutexLock lock(&mu_);
  for (grpc::ClientContext* context : streams_) context->TryCancel();
}

absl::Status BlobClient::Download(const std::string& blob, WritableFile& file) {
  if (!blob.starts_with(kPrefix) || !IsSha256Hex(std::string_view(blob).substr(kPrefix.size()))) {
    return InvalidArgument("blob: expected blobs/ and 64 hex digits, received '{}'", blob);
  }
  Sha256 hash;
  int64_t received = 0;
  Patience patience(*stubs_->channel, patience_, stop_);
  absl::Status local;  // of our disk, which no repetition mends
  auto read_stream = [&]() -> absl::Status {
    Stream call(*this);
    v1::ReadBlobRequest request;
    request.set_name(blob);
    request.set_offset(received);
    auto stream = stubs_->blob->ReadBlob(&call.context, request);
    v1::ReadBlobResponse piece;
    while (local.ok() && stream->Read(&piece)) {
      if (piece.offset() != received) {
        local = DataLoss("expected bytes from {}, received from {}", received, piece.offset());
        break;
      }
      hash.Update(piece.data());
      local = file.Append(piece.data());
      received += static_cast<int64_t>(piece.data().size());
      patience.Moved();
    }
    if (!local.ok()) call.context.TryCancel();
    const absl::Status status = rpc::FromGrpc(stream->Finish());
    return local.ok() ? status : local;
  };
  absl::Status status;
  int64_t before;
  do {  // a stream that brought something earns fresh patience
    before = received;
    status = rpc::WithRetry(patience.policy(), read_stream);
  } while (rpc::IsTransient(status) && received > before && !stop_.HasBeenNotified());
  RETURN_IF_ERROR(WithSubject(status, blob));
  const std::string digest = hash.HexDigest();
  if (std::string(kPrefix) + digest != blob) {
    return DataLoss("{}: expected content of this SHA-256, received {} bytes of {}", blob, received,
                    digest);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> BlobClient::Upload(const RandomAccessFile& file) {
  const ReadPiece read = [&](uint64_t offset, size_t nbytes, char* out) {
    return file.ReadAt(offset, nbytes, out);
  };
  Sha256 hash;
  std::string piece;
  for (uint64_t offset = 0; offset < file.size(); offset += piece.size()) {
    piece.resize(std::min<uint64_t>(kChunkBytes, file.size() - offset));
    RETURN_IF_ERROR(read(offset, piece.size(), piece.data()));
    hash.Update(piece);
  }
  return Send(hash.HexDigest(), file.size(), read);
}

absl::StatusOr<std::string> BlobClient::Upload(std::string_view content) {
  return Send(Sha256Hex(content), content.size(), [&](uint64_t offset, size_t nbytes, char* out) {
    std::memcpy(out, content.data() + offset, nbytes);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::string> BlobClient::Send(const std::string& sha256, uint64_t size,
                                             const ReadPiece& read) {
  v1::CreateUploadRequest request;
  request.set_sha256(sha256);
  request.set_size_bytes(static_cast<int64_t>(size));
  Patience patience(*stubs_->channel, patience_, stop_);
  uint64_t received = 0;
  int corruptions = 0;
  while (true) {
    v1::Upload upload;
    RETURN_IF_ERROR(WithSubject(
        rpc::WithRetry(patience.policy(),
                       [&] {
                         return rpc::Unary(*stubs_->blob, &v1::BlobService::Stub::CreateUpload,
                                           request, &upload, kCallTimeout);
                       }),
        "upload of " + sha256));
    if (upload.complete()) return upload.blob();
    const uint64_t before = std::exchange(received, static_cast<uint64_t>(upload.received_bytes()));
    if (received > before) patience.Moved();

    const absl::Status status = SendOnce(upload.name(), size, read, received);
    if (status.ok()) continue;  // CreateUpload says whether it is complete
    if (absl::IsDataLoss(status) && ++corruptions < kMaxCorruptions) continue;
    // OUT_OF_RANGE and ABORTED: the coordinator has another view of how far a former stream got, or
    // has not noticed its end yet. NOT_FOUND: it forgot the upload, for it was started anew or
    // somebody else has just brought the same content.
    if (!rpc::IsTransient(status) && !absl::IsOutOfRange(status) && !absl::IsAborted(status) &&
        !absl::IsNotFound(status)) {
      return WithSubject(status, "upload of " + sha256);
    }
    if (absl::Now() > patience.policy().give_up ||
        stop_.WaitForNotificationWithTimeout(absl::Milliseconds(100))) {
      return WithSubject(status, "upload of " + sha256);
    }
  }
}

absl::Status BlobClient::SendOnce(const std::string& upload, uint64_t size, const ReadPiece& read,
                                  uint64_t offset) {
  Stream call(*this);
  v1::Upload response;
  auto stream = stubs_->blob->WriteUpload(&call.context, &response);
  v1::WriteUploadRequest request;
  request.set_name(upload);
  absl::Status local;
  do {
    request.set_offset(static_cast<int64_t>(offset));
    request.mutable_data()->resize(std::min<uint64_t>(kChunkBytes, size - offset));
    local = read(offset, request.data().size(), request.mutable_data()->data());
    if (!local.ok() || !stream->Write(request)) break;
    offset += request.data().size();
    request.clear_name();
  } while (offset < size);
  if (!local.ok()) call.context.TryCancel();
  stream->WritesDone();
  const absl::Status status = rpc::FromGrpc(stream->Finish());
  RETURN_IF_ERROR(local);
  return status;
}

}  // namespace tricorn
