#include "client/lib/client_impl.h"
#include "client/lib/transfer.h"
#include "core/base/status.h"

namespace tricorn::client {
namespace {

absl::StatusOr<std::string> Bytes(const ModelSource& source) {
  if (source.kind == ModelSource::Kind::kBytes) return source.value;
  return Env::Posix().ReadFile(source.value);
}

}  // namespace

absl::StatusOr<std::string> Client::UploadBlob(const RandomAccessFile& file,
                                               const CallOptions& options) const {
  return Transfer(*impl_, options)->Upload(file);
}

absl::StatusOr<std::string> Client::UploadBlob(std::string_view content,
                                               const CallOptions& options) const {
  return Transfer(*impl_, options)->Upload(content);
}

absl::Status Client::DownloadBlob(const std::string& blob, WritableFile& file,
                                  const CallOptions& options) const {
  return Transfer(*impl_, options)->Download(blob, file);
}

absl::Status Client::DownloadBlob(const std::string& blob, const std::string& path,
                                  const CallOptions& options) const {
  Env& env = Env::Posix();
  const std::string part = path + ".part";
  const auto write = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const auto file, env.NewWritableFile(part));
    RETURN_IF_ERROR(DownloadBlob(blob, *file, options));
    RETURN_IF_ERROR(file->Sync());
    RETURN_IF_ERROR(file->Close());
    return env.Rename(part, path);
  };
  const absl::Status status = write();
  if (!status.ok() && env.Exists(part)) env.Remove(part).IgnoreError();
  return status;
}

absl::StatusOr<std::string> Client::Impl::Upload(const ModelSource& source,
                                                 const CallOptions& call) const {
  ASSIGN_OR_RETURN(const std::string bytes, Bytes(source));
  if (bytes.empty()) {
    return InvalidArgument("{}: expected a .keras archive or a model's JSON, received no bytes",
                           source.kind == ModelSource::Kind::kFile ? source.value : "model");
  }
  return Transfer(*this, call)->Upload(bytes);
}

}  // namespace tricorn::client
