#include "core/comm/shm/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr int64_t kHeaderBytes = 4096;
static_assert(sizeof(SegmentHeader) <= kHeaderBytes);
constexpr int64_t kSegmentBytes = kHeaderBytes + 2 * Segment::kInputBytes + Segment::kOutputBytes;

absl::StatusOr<std::byte*> Map(int fd) {
  void* base =
      mmap(nullptr, kSegmentBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
  if (base == MAP_FAILED) {
    return ResourceExhausted("shared segment of {} bytes: {}", kSegmentBytes, std::strerror(errno));
  }
  return static_cast<std::byte*>(base);
}

}  // namespace

Segment::Segment(std::byte* base, UniqueFd fd, pid_t pid, std::string address)
    : base_(base), fd_(std::move(fd)), pid_(pid), address_(std::move(address)) {}

Segment::Segment(Segment&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      fd_(std::move(other.fd_)),
      pid_(other.pid_),
      address_(std::move(other.address_)) {}

Segment::~Segment() {
  if (base_ != nullptr) munmap(base_, kSegmentBytes);
}

absl::StatusOr<Segment> Segment::Create() {
  UniqueFd fd(memfd_create("tricorn-comm", MFD_CLOEXEC));
  if (fd.get() < 0 || ftruncate(fd.get(), kSegmentBytes) != 0) {
    return ResourceExhausted("shared segment of {} bytes: {}", kSegmentBytes, std::strerror(errno));
  }
  ASSIGN_OR_RETURN(std::byte * base, Map(fd.get()));
  Segment segment(base, std::move(fd), getpid(), "");
  uint64_t token = 0;
  if (getrandom(&token, sizeof token, 0) != sizeof token) {
    return Unavailable("shared segment: no random token: {}", std::strerror(errno));
  }
  segment.header().token = token;
  segment.address_ = fmt::format("{} {} {}", segment.pid_, segment.fd_.get(), token);
  return segment;
}

absl::StatusOr<Segment> Segment::Open(std::string_view address) {
  int pid = 0;
  int peer_fd = 0;
  unsigned long long token = 0;
  const std::string text(address);
  if (std::sscanf(text.c_str(), "%d %d %llu", &pid, &peer_fd, &token) != 3) {
    return InvalidArgument("shared segment: expected 'pid fd token', received '{}'", text);
  }
  const std::string path = fmt::format("/proc/{}/fd/{}", pid, peer_fd);
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (fd.get() < 0) return Unavailable("shared segment {}: {}", path, std::strerror(errno));
  struct stat file {};
  if (fstat(fd.get(), &file) != 0 || file.st_size != kSegmentBytes) {
    return Unavailable("shared segment {}: expected {} bytes, received {}", path, kSegmentBytes,
                       file.st_size);
  }
  ASSIGN_OR_RETURN(std::byte * base, Map(fd.get()));
  Segment segment(base, UniqueFd(), pid, text);
  if (segment.header().token != token) {
    return Unavailable("shared segment {}: belongs to another group", path);
  }
  return segment;
}

std::byte* Segment::input(uint32_t step) const {
  return base_ + kHeaderBytes + (step % 2) * kInputBytes;
}

std::byte* Segment::output() const { return base_ + kHeaderBytes + 2 * kInputBytes; }

}  // namespace tricorn::comm
