#pragma once

#include <memory>
#include <vector>

#include "core/backend/cpu/program/program.h"
#include "core/base/mutex.h"

namespace tricorn::backend::cpu {

// The frames of a program's runs, of which finished ones are used again: as many as there were runs
// at once.
class FramePool {
 public:
  // `program` must outlive the pool.
  explicit FramePool(const Program& program) : program_(program) {}

  // Errors: ResourceExhausted where there is no memory for an arena.
  absl::StatusOr<std::unique_ptr<Frame>> Take() const;
  void Return(std::unique_ptr<Frame> frame) const;

 private:
  const Program& program_;
  mutable Mutex mu_;
  mutable std::vector<std::unique_ptr<Frame>> idle_ ABSL_GUARDED_BY(mu_);
};

}  // namespace tricorn::backend::cpu
