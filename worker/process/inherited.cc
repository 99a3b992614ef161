#include "worker/process/inherited.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn::worker {
namespace {

constexpr size_t kMaxInputBytes = size_t{64} << 20;
constexpr size_t kDigestSize = 64;

absl::Status Replace(int fd, std::string_view content, size_t max_bytes) {
  if (content.size() > max_bytes) {
    return ResourceExhausted("descriptor {}: expected at most {} bytes, received {}", fd, max_bytes,
                             content.size());
  }
  if (ftruncate(fd, 0) != 0) {
    return FailedPrecondition("descriptor {}: truncate: {}", fd, std::strerror(errno));
  }
  for (size_t done = 0; done < content.size();) {
    const ssize_t n =
        pwrite(fd, content.data() + done, content.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Internal("descriptor {}: write: {}", fd, std::strerror(errno));
    done += static_cast<size_t>(n);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadAll(int fd, size_t max_bytes) {
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    return FailedPrecondition("descriptor {}: expected a file of the parent's, received none", fd);
  }
  const size_t size = static_cast<size_t>(info.st_size);
  if (size > max_bytes) {
    return ResourceExhausted("descriptor {}: expected at most {} bytes, received {}", fd, max_bytes,
                             size);
  }
  std::string data(size, '\0');
  for (size_t done = 0; done < size;) {
    const ssize_t n = pread(fd, data.data() + done, size - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return DataLoss("descriptor {}: read: {}", fd, std::strerror(errno));
    done += static_cast<size_t>(n);
  }
  return data;
}

absl::StatusOr<std::string> ReadInput() { return ReadAll(kInputFd, kMaxInputBytes); }

absl::Status WriteLastWords(std::string_view words) {
  return Replace(kLastWordsFd, words, kMaxLastWordsBytes);
}

// Between the two writes of a replacement a reader would see a part; the digest tells.
absl::Status WriteStatus(std::string_view status) {
  return Replace(kStatusFd, Sha256Hex(status) + std::string(status), kMaxStatusBytes + kDigestSize);
}

std::string ReadStatus(int fd) {
  const std::string content = ReadAll(fd, kMaxStatusBytes + kDigestSize).value_or("");
  if (content.size() < kDigestSize) return "";
  std::string status = content.substr(kDigestSize);
  return Sha256Hex(status) == content.substr(0, kDigestSize) ? status : "";
}

}  // namespace tricorn::worker
