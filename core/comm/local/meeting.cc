#include "core/comm/local/meeting.h"

#include "core/base/status.h"

namespace tricorn::comm {

absl::Status Meeting::Enter() {
  MutexLock lock(&mu_);
  if (!error_.ok()) return error_;
  const int phase = phase_;
  if (++inside_ == size_) {
    inside_ = 0;
    ++phase_;
    changed_.SignalAll();
  }
  while (phase_ == phase && error_.ok()) changed_.Wait(&mu_);
  if (phase_ != phase) return absl::OkStatus();
  --inside_;
  return error_;
}

void Meeting::Leave() {
  MutexLock lock(&mu_);
  const int phase = phase_;
  if (++leaving_ == size_) {
    leaving_ = 0;
    ++phase_;
    changed_.SignalAll();
  }
  while (phase_ == phase) changed_.Wait(&mu_);
}

void Meeting::Break(const absl::Status& error) {
  CHECK(!error.ok());
  MutexLock lock(&mu_);
  if (error_.ok()) error_ = error;
  changed_.SignalAll();
}

}  // namespace tricorn::comm
