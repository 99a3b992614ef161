#pragma once

#include <cstdint>
#include <string>

namespace tricorn::worker {

// What this process may use of its machine: the least of hardware, affinity and cgroup.
struct Host {
  int threads = 1;
  int64_t memory_bytes = 0;
  // Equal for processes that can share memory (core/comm/host_id.h); empty if that is not known.
  std::string id;
};

Host DescribeHost();

}  // namespace tricorn::worker
