#include "core/backend/cpu/program/frame_pool.h"
#include "core/base/mutex.h"

namespace tricorn::backend::cpu {

absl::StatusOr<std::unique_ptr<Frame>> FramePool::Take() const {
  {
    const MutexLock lock(&mu_);
    if (!idle_.empty()) {
      std::unique_ptr<Frame> frame = std::move(idle_.back());
      idle_.pop_back();
      return frame;
    }
  }
  return program_.NewFrame();
}

void FramePool::Return(std::unique_ptr<Frame> frame) const {
  const MutexLock lock(&mu_);
  idle_.push_back(std::move(frame));
}

}  // namespace tricorn::backend::cpu
