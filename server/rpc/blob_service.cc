#include <algorithm>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "server/rpc/announcements.h"
#include "server/rpc/services.h"
#include "server/rpc/stored_blobs.h"
#include "server/rpc/unary.h"
#include "server/state/change.h"
#include "server/state/names.h"
#include "tricorn/v1/blob.grpc.pb.h"

namespace tricorn::server {
namespace {

using tricorn::v1::Upload;
using View = Coordinator::View;

constexpr absl::Duration kDropInterval = absl::Hours(1);

void Describe(const std::string& sha256, int64_t size, int64_t received, bool complete,
              Upload* upload) {
  upload->set_name("uploads/" + sha256);
  upload->set_blob("blobs/" + sha256);
  upload->set_size_bytes(size);
  upload->set_received_bytes(received);
  upload->set_complete(complete);
}

absl::StatusOr<std::string> ParseUploadName(const std::string& name) {
  constexpr std::string_view kPrefix = "uploads/";
  if (name.rfind(kPrefix, 0) == 0 && IsSha256Hex(name.substr(kPrefix.size()))) {
    return name.substr(kPrefix.size());
  }
  return InvalidArgument("name: expected uploads/{{sha256}}, received '{}'", name.substr(0, 100));
}

// WriteUpload: chunks go to the file as they come; at the end the blob is verified, named, logged,
// and only then acknowledged.
class UploadReader : public grpc::ServerReadReactor<tricorn::v1::WriteUploadRequest> {
 public:
  UploadReader(Coordinator& coordinator, BlobStore& store, Announcements& announcements,
               Upload* response)
      : coordinator_(coordinator),
        store_(store),
        announcements_(announcements),
        response_(response) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      End();
      return;
    }
    const absl::Status status = Take();
    if (!status.ok()) {
      writer_.reset();
      Finish(rpc::ToGrpc(status));
      return;
    }
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  absl::Status Take() {
    if (writer_ == nullptr) {
      ASSIGN_OR_RETURN(sha256_, ParseUploadName(request_.name()));
      ASSIGN_OR_RETURN(size_, announcements_.SizeOf(sha256_));
      ASSIGN_OR_RETURN(writer_, store_.Write(sha256_, size_));
    }
    if (request_.data().empty()) return absl::OkStatus();
    return writer_->Write(request_.offset(), request_.data());
  }

  // The client has sent what it wanted to.
  void End() {
    if (writer_ == nullptr) {
      Finish(
          rpc::ToGrpc(InvalidArgument("WriteUpload: expected a message that names the upload, "
                                      "received none")));
      return;
    }
    if (writer_->received_bytes() < size_) {
      Describe(sha256_, size_, writer_->received_bytes(), false, response_);
      writer_.reset();
      Finish(grpc::Status::OK);
      return;
    }
    const absl::Status status = writer_->Finish();
    if (!status.ok()) {
      writer_.reset();
      Finish(rpc::ToGrpc(status));
      return;
    }
    coordinator_.Submit(StoredBlob(sha256_, size_), [this](const Effects& effects, const View&) {
      if (effects.status.ok()) announcements_.Remove(sha256_);
      Describe(sha256_, size_, size_, effects.status.ok(), response_);
      writer_.reset();
      Finish(rpc::ToGrpc(effects.status));
    });
  }

  Coordinator& coordinator_;
  BlobStore& store_;
  Announcements& announcements_;
  Upload* const response_;
  tricorn::v1::WriteUploadRequest request_;
  std::string sha256_;
  int64_t size_ = 0;
  std::unique_ptr<BlobWriter> writer_;
};

// ReadBlob: one chunk after the other.
class BlobSender : public grpc::ServerWriteReactor<tricorn::v1::ReadBlobResponse> {
 public:
  BlobSender(BlobStore& store, const tricorn::v1::ReadBlobRequest& request, int64_t chunk_bytes)
      : chunk_bytes_(chunk_bytes) {
    const absl::Status status = Open(store, request);
    if (status.ok()) {
      Next();
    } else {
      Finish(rpc::ToGrpc(status));
    }
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      Next();
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }
  void OnDone() override { delete this; }

 private:
  absl::Status Open(BlobStore& store, const tricorn::v1::ReadBlobRequest& request) {
    ASSIGN_OR_RETURN(const std::string sha256, ParseBlobName(request.name()));
    ASSIGN_OR_RETURN(file_, store.Read(sha256));
    const int64_t size = static_cast<int64_t>(file_->size());
    if (request.offset() < 0 || request.offset() > size || request.limit() < 0) {
      return absl::OutOfRangeError(fmt::format(
          "{}: expected an offset of 0 to {} and a limit of at least 0, received {} and {}",
          request.name(), size, request.offset(), request.limit()));
    }
    offset_ = request.offset();
    end_ = request.limit() == 0 ? size : std::min(size, offset_ + std::min(size, request.limit()));
    return absl::OkStatus();
  }

  void Next() {
    if (offset_ == end_) {
      Finish(grpc::Status::OK);
      return;
    }
    const int64_t nbytes = std::min(chunk_bytes_, end_ - offset_);
    response_.set_offset(offset_);
    response_.mutable_data()->resize(static_cast<size_t>(nbytes));
    const absl::Status status =
        file_->ReadAt(static_cast<uint64_t>(offset_), static_cast<size_t>(nbytes),
                      response_.mutable_data()->data());
    if (!status.ok()) {
      Finish(rpc::ToGrpc(status));
      return;
    }
    offset_ += nbytes;
    StartWrite(&response_);
  }

  const int64_t chunk_bytes_;
  std::unique_ptr<RandomAccessFile> file_;
  int64_t offset_ = 0;
  int64_t end_ = 0;
  tricorn::v1::ReadBlobResponse response_;
};

class BlobService : public tricorn::v1::BlobService::CallbackService {
 public:
  BlobService(Coordinator& coordinator, BlobStore& store, const ServerFacts& facts)
      : coordinator_(coordinator), store_(store), facts_(facts) {}

  grpc::ServerUnaryReactor* CreateUpload(grpc::CallbackServerContext* context,
                                         const tricorn::v1::CreateUploadRequest* request,
                                         Upload* response) override {
    const absl::Status status = Check(*request);
    if (!status.ok()) {
      grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
      reactor->Finish(rpc::ToGrpc(status));
      return reactor;
    }
    const std::string sha256 = request->sha256();
    const int64_t size = request->size_bytes();
    if (std::shared_ptr<BlobHold> hold = store_.Hold(sha256)) {
      // Logged again, so that it is not forgotten before it is referred to; and held until then, so
      // that it is not removed because it was forgotten just before.
      Describe(sha256, size, size, true, response);
      return Mutate(context, coordinator_, StoredBlob(sha256, size),
                    [hold](const Effects&, const View&) { return absl::OkStatus(); });
    }
    DropAbandonedUploads();
    announcements_.Add(sha256, size);
    Describe(sha256, size, store_.ReceivedBytes(sha256), false, response);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerUnaryReactor* GetUpload(grpc::CallbackServerContext* context,
                                      const tricorn::v1::GetUploadRequest* request,
                                      Upload* response) override {
    return Query(context, coordinator_, [=, this](const View& view) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string sha256, ParseUploadName(request->name()));
      const BlobRecord* blob = Find(view.state.blobs, sha256);
      if (blob != nullptr) {
        Describe(sha256, blob->size_bytes(), blob->size_bytes(), true, response);
        return absl::OkStatus();
      }
      ASSIGN_OR_RETURN(const int64_t size, announcements_.SizeOf(sha256));
      Describe(sha256, size, store_.ReceivedBytes(sha256), false, response);
      return absl::OkStatus();
    });
  }
  grpc::ServerReadReactor<tricorn::v1::WriteUploadRequest>* WriteUpload(
      grpc::CallbackServerContext*, Upload* response) override {
    return new UploadReader(coordinator_, store_, announcements_, response);
  }
  grpc::ServerUnaryReactor* GetBlob(grpc::CallbackServerContext* context,
                                    const tricorn::v1::GetBlobRequest* request,
                                    tricorn::v1::Blob* response) override {
    return Query(context, coordinator_, [=](const View& view) -> absl::Status {
      ASSIGN_OR_RETURN(const std::string sha256, ParseBlobName(request->name()));
      const BlobRecord* record = Find(view.state.blobs, sha256);
      if (record == nullptr) return NotFound("blobs/{}: not stored", sha256);
      response->set_name(request->name());
      response->set_size_bytes(record->size_bytes());
      *response->mutable_create_time() = record->create_time();
      return absl::OkStatus();
    });
  }
  grpc::ServerWriteReactor<tricorn::v1::ReadBlobResponse>* ReadBlob(
      grpc::CallbackServerContext*, const tricorn::v1::ReadBlobRequest* request) override {
    return new BlobSender(store_, *request, facts_.max_chunk_bytes);
  }

 private:
  absl::Status Check(const tricorn::v1::CreateUploadRequest& request) const {
    if (!IsSha256Hex(request.sha256())) {
      return InvalidArgument("sha256: expected 64 lower-case hex digits, received '{}'",
                             request.sha256().substr(0, 100));
    }
    if (request.size_bytes() < 0) {
      return InvalidArgument("size_bytes: expected 0 or more, received {}", request.size_bytes());
    }
    if (request.size_bytes() > facts_.max_blob_bytes) {
      return ResourceExhausted("size_bytes: expected at most {}, received {}",
                               facts_.max_blob_bytes, request.size_bytes());
    }
    const auto hold = store_.Hold(request.sha256());
    if (hold == nullptr) return absl::OkStatus();
    ASSIGN_OR_RETURN(const auto file, store_.Read(request.sha256()));
    if (static_cast<int64_t>(file->size()) == request.size_bytes()) return absl::OkStatus();
    return InvalidArgument("size_bytes: expected {}, which the stored blob has, received {}",
                           file->size(), request.size_bytes());
  }

  // Now and then: what has arrived of them is kept as long as a blob that nothing refers to.
  void DropAbandonedUploads() {
    {
      MutexLock lock(&mu_);
      if (absl::Now() < next_drop_) return;
      next_drop_ = absl::Now() + kDropInterval;
    }
    store_.DropUploads(facts_.machine.unreferenced_blob_ttl);
  }

  Coordinator& coordinator_;
  BlobStore& store_;
  const ServerFacts& facts_;
  Announcements announcements_;

  Mutex mu_;
  absl::Time next_drop_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

}  // namespace

std::unique_ptr<grpc::Service> NewBlobService(Coordinator& coordinator, BlobStore& store,
                                              const ServerFacts& facts) {
  return std::make_unique<BlobService>(coordinator, store, facts);
}

}  // namespace tricorn::server
