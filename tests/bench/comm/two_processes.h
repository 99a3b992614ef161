#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/comm/communicator.h"
#include "core/comm/testing/processes.h"

namespace tricorn::bench {

// A communicator of two ranks: this process and a forked one that does as it is told.
class TwoProcesses {
 public:
  // Ranks with one host id talk over shared memory, others over TCP.
  explicit TwoProcesses(const std::string& other_host_id);
  ~TwoProcesses();

  // Both processes sum `count` floats `times` times.
  void AllReduce(int64_t count, int64_t times);

 private:
  comm::TemporaryDirectory directory_;
  std::unique_ptr<comm::Processes> other_;
  std::unique_ptr<comm::Communicator> communicator_;
  std::vector<float> array_, sum_;
};

}  // namespace tricorn::bench
