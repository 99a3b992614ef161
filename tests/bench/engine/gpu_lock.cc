#include "tests/bench/engine/gpu_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/status.h"
#include "tests/bench/engine/measure.h"

namespace tricorn::bench {

absl::StatusOr<GpuLock> GpuLock::Acquire(const std::string& path) {
  if (path.empty()) return GpuLock(-1, 0);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) {
    return InvalidArgument("{}: expected a file to lock, received {}", path, strerror(errno));
  }
  const double start = NowSeconds();
  int locked = 0;
  do {
    locked = flock(file, LOCK_EX);
  } while (locked != 0 && errno == EINTR);
  GpuLock lock(file, NowSeconds() - start);
  if (locked != 0) {
    return InvalidArgument("{}: expected a file to lock, received {}", path, strerror(errno));
  }
  return lock;
}

GpuLock::~GpuLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace tricorn::bench
