#pragma once

#include <cstdint>
#include <string>

namespace tricorn::worker {

// What this process may use of its machine: the least of hardware, affinity and cgroup.
struct Host {
  int threads = 1;
  int64_t memory_bytes = 0;
  // Equal for two processes if and only if they can reach each other over shared memory and
  // loopback: a digest of boot, network namespace and /dev/shm.
  std::string id;
};

Host DescribeHost();

}  // namespace tricorn::worker
