#include "client/lib/output_file.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/status.h"

namespace tricorn::client {
namespace {

constexpr int kMaxLinks = 40;  // as Linux's

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Create(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (path.empty() || path.back() == '/' || fs::is_directory(status)) {
    return InvalidArgument("'{}': expected the path of a file, received that of a directory", path);
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    ASSIGN_OR_RETURN(auto special, Env::Posix().NewAppendableFile(path));
    return std::unique_ptr<OutputFile>(new OutputFile(path, "", std::move(special)));
  }
  std::string target = path;
  for (int links = 0; fs::is_symlink(target, error); ++links) {
    const fs::path pointed_to = fs::read_symlink(target, error);
    if (error || links == kMaxLinks) {
      return FailedPrecondition("{}: expected a link to a file, received one that leads nowhere",
                                path);
    }
    target = (fs::path(target).parent_path() / pointed_to).string();
  }
  const std::string directory(DirectoryOf(target));
  if (!fs::is_directory(directory, error)) {
    return NotFound("{}: expected a directory {} for it, received none", path, directory);
  }
  std::string part = fmt::format("{}.{}.part", target, getpid());
  ASSIGN_OR_RETURN(auto file, Env::Posix().NewWritableFile(part));
  return std::unique_ptr<OutputFile>(
      new OutputFile(std::move(target), std::move(part), std::move(file)));
}

OutputFile::OutputFile(std::string path, std::string part, std::unique_ptr<WritableFile> file)
    : path_(std::move(path)), part_(std::move(part)), file_(std::move(file)) {}

OutputFile::~OutputFile() {
  file_.reset();
  if (!part_.empty()) Env::Posix().Remove(part_).IgnoreError();
}

absl::Status OutputFile::Commit() {
  if (part_.empty()) return file_->Close();
  RETURN_IF_ERROR(file_->Sync());
  RETURN_IF_ERROR(file_->Close());
  RETURN_IF_ERROR(Env::Posix().Rename(part_, path_));
  part_.clear();
  return Env::Posix().SyncDirectory(std::string(DirectoryOf(path_)));
}

}  // namespace tricorn::client
