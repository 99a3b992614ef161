#include "worker/agent/host.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "core/comm/host_id.h"

namespace tricorn::worker {
namespace {

// The first words of a file of /proc or /sys, which has no size to read it by.
std::string FirstWord(const char* path, int index = 0) {
  std::ifstream file(path);
  std::string word;
  for (int i = 0; i <= index; ++i) {
    if (!(file >> word)) return "";
  }
  return word;
}

int UsableThreads() {
  cpu_set_t set;
  int threads = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
  const std::string quota = FirstWord("/sys/fs/cgroup/cpu.max");
  const double period = std::atof(FirstWord("/sys/fs/cgroup/cpu.max", 1).c_str());
  if (!quota.empty() && quota != "max" && period > 0) {
    threads = std::min(threads, static_cast<int>(std::atof(quota.c_str()) / period + 0.5));
  }
  return std::max(threads, 1);
}

int64_t UsableMemory() {
  int64_t bytes = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    const int64_t limit = std::atoll(FirstWord(path).c_str());  // 0 for "max"
    if (limit > 0) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace

Host DescribeHost() {
  return {.threads = UsableThreads(),
          .memory_bytes = UsableMemory(),
          .id = comm::LocalHostId().value_or("")};
}

}  // namespace tricorn::worker
