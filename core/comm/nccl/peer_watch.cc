#include "core/comm/nccl/peer_watch.h"

#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(100);

}  // namespace

PeerWatch::PeerWatch(std::unique_ptr<Communicator> control, std::function<absl::Status()> check,
                     std::function<void(const absl::Status&)> on_error)
    : control_(std::move(control)),
      check_(std::move(check)),
      on_error_(std::move(on_error)),
      thread_([this] { Run(); }) {}

PeerWatch::~PeerWatch() {
  {
    MutexLock lock(&mu_);
    leaving_ = true;
    changed_.Signal();
  }
  thread_.join();
}

void PeerWatch::Run() {
  const absl::Status status = Watch();
  if (status.ok()) return;
  control_->Abort(status);
  on_error_(status);
}

absl::Status PeerWatch::Watch() {
  while (true) {
    int32_t leaving = 0;
    {
      MutexLock lock(&mu_);
      leaving = leaving_ ? 1 : 0;
    }
    const auto* const part = reinterpret_cast<const std::byte*>(&leaving);
    int32_t sum = 0;
    RETURN_IF_ERROR(
        control_->AllReduce({&part, 1}, reinterpret_cast<std::byte*>(&sum), 1, DType::kI32));
    if (sum == control_->size()) return absl::OkStatus();
    RETURN_IF_ERROR(check_());
    const absl::Time deadline = absl::Now() + kInterval;
    MutexLock lock(&mu_);
    while (leaving == 0 && !leaving_ && absl::Now() < deadline) {
      changed_.WaitWithDeadline(&mu_, deadline);
    }
    // A rank that leaves meets the others as often as they come.
  }
}

}  // namespace tricorn::comm
