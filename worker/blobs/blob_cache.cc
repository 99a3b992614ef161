#include "worker/blobs/blob_cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn::worker {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPart = ".part";

// Excludes other processes (and other holders in this one) while it lives.
class FileLock {
 public:
  // `operation`: LOCK_EX, or with LOCK_NB, which does not wait.
  // Errors: Unavailable.
  static absl::StatusOr<FileLock> Acquire(const std::string& path, int operation) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return Unavailable("{}: open: {}", path, std::strerror(errno));
    FileLock lock(fd);
    while (flock(fd, operation) != 0) {
      if (errno != EINTR) return Unavailable("{}: lock: {}", path, std::strerror(errno));
    }
    return lock;
  }
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~FileLock() {
    if (fd_ >= 0) close(fd_);
  }

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace

BlobCache::BlobCache(Env& env, std::string directory, int64_t limit_bytes)
    : env_(env), directory_(std::move(directory)), limit_bytes_(limit_bytes) {}

absl::StatusOr<std::unique_ptr<RandomAccessFile>> BlobCache::Open(const std::string& blob,
                                                                  BlobClient& client) {
  const std::string digest(BaseName(blob));
  if (!IsSha256Hex(digest)) {
    return InvalidArgument("blob: expected blobs/ and 64 hex digits, received '{}'", blob);
  }
  RETURN_IF_ERROR(env_.MakeDirectories(directory_));
  const std::string path = JoinPath(directory_, digest);
  auto present = OpenPresent(path);
  if (!absl::IsNotFound(present.status())) return present;
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(LockPath(digest), LOCK_EX));
  present = OpenPresent(path);
  if (!absl::IsNotFound(present.status())) return present;
  auto fetched = Fetch(blob, path, client);
  if (absl::IsResourceExhausted(fetched.status())) {
    Evict(0, digest);
    fetched = Fetch(blob, path, client);
  }
  if (fetched.ok()) Evict(limit_bytes_, digest);
  return fetched;
}

// One of 16, so that none need be removed.
std::string BlobCache::LockPath(const std::string& digest) const {
  return JoinPath(directory_, "lock." + digest.substr(0, 1));
}

absl::StatusOr<std::unique_ptr<RandomAccessFile>> BlobCache::OpenPresent(const std::string& path) {
  ASSIGN_OR_RETURN(auto file, env_.NewRandomAccessFile(path));
  std::error_code error;  // a use that goes unnoted only makes eviction less wise
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return file;
}

absl::StatusOr<std::unique_ptr<RandomAccessFile>> BlobCache::Fetch(const std::string& blob,
                                                                   const std::string& path,
                                                                   BlobClient& client) {
  const std::string temporary = path + std::string(kPart);  // ours, by the lock
  auto fetched = [&]() -> absl::StatusOr<std::unique_ptr<RandomAccessFile>> {
    ASSIGN_OR_RETURN(auto file, env_.NewWritableFile(temporary));
    RETURN_IF_ERROR(client.Download(blob, *file));
    RETURN_IF_ERROR(file->Sync());
    RETURN_IF_ERROR(file->Close());
    // Once it has its name, another process may evict it.
    ASSIGN_OR_RETURN(auto present, env_.NewRandomAccessFile(temporary));
    RETURN_IF_ERROR(env_.Rename(temporary, path));
    return present;
  }();
  if (!fetched.ok()) env_.Remove(temporary).IgnoreError();
  return fetched;
}

void BlobCache::Evict(int64_t limit_bytes, const std::string& keep) {
  struct Entry {
    fs::file_time_type used;
    int64_t size;
    std::string path;
  };
  std::vector<Entry> entries;
  int64_t total = 0;
  std::error_code error;
  for (const std::string& name : env_.List(directory_).value_or(std::vector<std::string>())) {
    const std::string path = JoinPath(directory_, name);
    if (name.ends_with(kPart)) {
      const auto lock = FileLock::Acquire(LockPath(name), LOCK_EX | LOCK_NB);
      if (lock.ok()) env_.Remove(path).IgnoreError();
    }
    if (!IsSha256Hex(name)) continue;
    const auto size = fs::file_size(path, error);
    if (error) continue;  // another process removed it
    total += static_cast<int64_t>(size);
    if (name != keep) {
      entries.push_back({fs::last_write_time(path, error), static_cast<int64_t>(size), path});
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.used < b.used; });
  for (const Entry& entry : entries) {
    if (total <= limit_bytes) return;
    if (env_.Remove(entry.path).ok()) total -= entry.size;
  }
}

}  // namespace tricorn::worker
