#include "core/comm/host_id.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

absl::StatusOr<uint64_t> InodeOf(const char* path) {
  struct stat file {};
  if (stat(path, &file) != 0) return Unavailable("{}: {}", path, std::strerror(errno));
  return file.st_ino;
}

}  // namespace

absl::StatusOr<std::string> LocalHostId() {
  // Not through Env: /proc files have no size.
  std::string boot_id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot_id;
  if (boot_id.empty()) return Unavailable("/proc/sys/kernel/random/boot_id: cannot be read");
  ASSIGN_OR_RETURN(const uint64_t pids, InodeOf("/proc/self/ns/pid"));
  ASSIGN_OR_RETURN(const uint64_t network, InodeOf("/proc/self/ns/net"));
  return fmt::format("{}/{}/{}/{}", boot_id, pids, network, geteuid());
}

}  // namespace tricorn::comm
