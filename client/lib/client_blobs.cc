#include "client/lib/client_impl.h"
#include "client/lib/output_file.h"
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
  ASSIGN_OR_RETURN(const auto output, OutputFile::Create(path));
  RETURN_IF_ERROR(DownloadBlob(blob, output->file(), options));
  return output->Commit();
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
