#include "core/comm/failure.h"

#include "core/base/status.h"

namespace tricorn::comm {

void Failure::Set(const absl::Status& error) {
  CHECK(!error.ok());
  MutexLock lock(&mu_);
  if (first_.ok()) first_ = error;
  happened_.store(true, std::memory_order_release);
}

absl::Status Failure::status() const {
  if (!happened()) return absl::OkStatus();
  MutexLock lock(&mu_);
  return first_;
}

}  // namespace tricorn::comm
