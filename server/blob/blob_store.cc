#include "server/blob/blob_store.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/base/status.h"

namespace tricorn::server {

BlobWriter::BlobWriter(BlobStore& store, std::string sha256, int64_t size)
    : store_(store), sha256_(std::move(sha256)), size_(size) {}

BlobWriter::~BlobWriter() {
  file_.reset();
  store_.Release(sha256_);
}

absl::Status BlobWriter::Resume() {
  const std::string path = store_.UploadPath(sha256_);
  if (store_.env_.Exists(path)) {
    ASSIGN_OR_RETURN(const auto file, store_.env_.NewRandomAccessFile(path));
    const int64_t present = static_cast<int64_t>(file->size());
    if (present > size_) {
      RETURN_IF_ERROR(store_.env_.Remove(path));
      return DataLoss("uploads/{}: expected at most {} bytes, received {} before", sha256_, size_,
                      present);
    }
    std::vector<char> buffer(1 << 20);
    while (received_ < present) {
      const size_t nbytes =
          static_cast<size_t>(std::min<int64_t>(present - received_, buffer.size()));
      RETURN_IF_ERROR(file->ReadAt(static_cast<uint64_t>(received_), nbytes, buffer.data()));
      hash_.Update({buffer.data(), nbytes});
      received_ += static_cast<int64_t>(nbytes);
    }
  }
  ASSIGN_OR_RETURN(file_, store_.env_.NewAppendableFile(path));
  return absl::OkStatus();
}

absl::Status BlobWriter::Write(int64_t offset, std::string_view data) {
  if (file_ == nullptr) return FailedPrecondition("uploads/{}: failed before", sha256_);
  if (offset != received_) {
    return absl::OutOfRangeError(fmt::format(
        "uploads/{}: expected bytes at {}, received some at {}", sha256_, received_, offset));
  }
  if (static_cast<int64_t>(data.size()) > size_ - received_) {
    return absl::OutOfRangeError(fmt::format("uploads/{}: expected {} bytes in all, received {}",
                                             sha256_, size_,
                                             received_ + static_cast<int64_t>(data.size())));
  }
  const absl::Status written = file_->Append(data);
  if (!written.ok()) {
    // An unknown part was written. Only a whole prefix can be resumed.
    file_.reset();
    store_.env_.Remove(store_.UploadPath(sha256_)).IgnoreError();
    return written;
  }
  hash_.Update(data);
  received_ += static_cast<int64_t>(data.size());
  return absl::OkStatus();
}

absl::Status BlobWriter::Finish() {
  if (file_ == nullptr) return FailedPrecondition("uploads/{}: failed before", sha256_);
  if (received_ != size_) {
    return FailedPrecondition("uploads/{}: expected {} bytes, received {} so far", sha256_, size_,
                              received_);
  }
  const std::string path = store_.UploadPath(sha256_), blob = store_.BlobPath(sha256_);
  const std::string digest = hash_.HexDigest();
  if (digest != sha256_) {
    file_.reset();
    RETURN_IF_ERROR(store_.env_.Remove(path));
    return DataLoss("uploads/{}: expected content of this SHA-256, received {} bytes of {}",
                    sha256_, size_, digest);
  }
  RETURN_IF_ERROR(file_->Sync());
  RETURN_IF_ERROR(file_->Close());
  const std::string directory(DirectoryOf(blob));
  RETURN_IF_ERROR(store_.env_.MakeDirectories(directory));
  RETURN_IF_ERROR(store_.env_.Rename(path, blob));
  RETURN_IF_ERROR(store_.env_.SyncDirectory(directory));
  return store_.env_.SyncDirectory(JoinPath(store_.directory_, "blobs"));
}

absl::StatusOr<std::unique_ptr<BlobStore>> BlobStore::Open(const std::string& directory, Env& env) {
  RETURN_IF_ERROR(env.MakeDirectories(JoinPath(directory, "blobs")));
  RETURN_IF_ERROR(env.MakeDirectories(JoinPath(directory, "uploads")));
  return std::unique_ptr<BlobStore>(new BlobStore(directory, env));
}

std::string BlobStore::BlobPath(const std::string& sha256) const {
  return fmt::format("{}/blobs/{}/{}", directory_, sha256.substr(0, 2), sha256);
}

std::string BlobStore::UploadPath(const std::string& sha256) const {
  return fmt::format("{}/uploads/{}", directory_, sha256);
}

bool BlobStore::Has(const std::string& sha256) const { return env_.Exists(BlobPath(sha256)); }

absl::StatusOr<std::unique_ptr<RandomAccessFile>> BlobStore::Read(const std::string& sha256) const {
  if (!Has(sha256)) return NotFound("blobs/{}: not stored", sha256);
  return env_.NewRandomAccessFile(BlobPath(sha256));
}

absl::StatusOr<std::vector<std::string>> BlobStore::List() const {
  const std::string blobs = JoinPath(directory_, "blobs");
  ASSIGN_OR_RETURN(const std::vector<std::string> directories, env_.List(blobs));
  std::vector<std::string> all;
  for (const std::string& directory : directories) {
    if (directory.size() != 2) continue;  // none of ours
    ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(JoinPath(blobs, directory)));
    std::copy_if(names.begin(), names.end(), std::back_inserter(all), IsSha256Hex);
  }
  return all;
}

void BlobStore::DropUploads(absl::Duration age) {
  namespace fs = std::filesystem;
  const std::string uploads = JoinPath(directory_, "uploads");
  for (const std::string& name : env_.List(uploads).value_or(std::vector<std::string>())) {
    const std::string path = JoinPath(uploads, name);
    MutexLock lock(&mu_);
    std::error_code error;
    const fs::file_time_type written = fs::last_write_time(path, error);
    if (error || writers_.contains(name)) continue;
    if (absl::FromChrono(fs::file_time_type::clock::now() - written) < age) continue;
    env_.Remove(path).IgnoreError();  // then it is tried again the next time
  }
}

int64_t BlobStore::ReceivedBytes(const std::string& sha256) const {
  if (!env_.Exists(UploadPath(sha256))) return 0;
  const auto file = env_.NewRandomAccessFile(UploadPath(sha256));
  return file.ok() ? static_cast<int64_t>((*file)->size()) : 0;
}

absl::StatusOr<std::unique_ptr<BlobWriter>> BlobStore::Write(const std::string& sha256,
                                                             int64_t size) {
  std::unique_ptr<BlobWriter> writer;
  {
    MutexLock lock(&mu_);
    if (writers_.contains(sha256)) {
      return absl::AbortedError(
          fmt::format("uploads/{}: expected one writer, received a second", sha256));
    }
    writer.reset(new BlobWriter(*this, sha256, size));
    writers_.insert(sha256);
  }
  RETURN_IF_ERROR(writer->Resume());
  return writer;
}

void BlobStore::Release(const std::string& sha256) {
  MutexLock lock(&mu_);
  writers_.erase(sha256);
}

BlobHold::~BlobHold() {
  MutexLock lock(&store_.mu_);
  store_.holds_.erase(store_.holds_.find(sha256_));
}

std::unique_ptr<BlobHold> BlobStore::Hold(const std::string& sha256) {
  MutexLock lock(&mu_);
  if (!Has(sha256)) return nullptr;
  holds_.insert(sha256);
  return std::unique_ptr<BlobHold>(new BlobHold(*this, sha256));
}

absl::Status BlobStore::Remove(const std::string& sha256) {
  MutexLock lock(&mu_);
  if (writers_.contains(sha256) || holds_.contains(sha256) || !Has(sha256)) {
    return absl::OkStatus();
  }
  return env_.Remove(BlobPath(sha256));
}

}  // namespace tricorn::server
