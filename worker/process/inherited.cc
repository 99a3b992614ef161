#include "worker/process/inherited.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/status.h"

namespace tricorn::worker {
namespace {

constexpr size_t kMaxInputBytes = size_t{64} << 20;

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
  if (words.size() > kMaxLastWordsBytes) {
    return ResourceExhausted("last words: expected at most {} bytes, received {}",
                             kMaxLastWordsBytes, words.size());
  }
  if (ftruncate(kLastWordsFd, 0) != 0) {
    return FailedPrecondition("descriptor {}: truncate: {}", kLastWordsFd, std::strerror(errno));
  }
  for (size_t done = 0; done < words.size();) {
    const ssize_t n =
        pwrite(kLastWordsFd, words.data() + done, words.size() - done, static_cast<off_t>(done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Internal("descriptor {}: write: {}", kLastWordsFd, std::strerror(errno));
    done += static_cast<size_t>(n);
  }
  return absl::OkStatus();
}

}  // namespace tricorn::worker
