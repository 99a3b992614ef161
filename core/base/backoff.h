#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace tricorn {

// Waiting times of repeated attempts: doubling from `initial` to `max`, each shortened at random by
// up to half, so that many clients of one server do not come back together.
class Backoff {
 public:
  Backoff(absl::Duration initial, absl::Duration max, uint64_t seed)
      : initial_(initial), max_(max), next_(initial), random_(seed) {}

  absl::Duration Next();
  // After a success: starts again at `initial`.
  void Reset() { next_ = initial_; }

 private:
  const absl::Duration initial_;
  const absl::Duration max_;
  absl::Duration next_;
  uint64_t random_;
};

}  // namespace tricorn
