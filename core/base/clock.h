#pragma once

#include "absl/time/time.h"

namespace tricorn {

// Time as a dependency, so that tests and simulations own it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;  // wall time
  virtual void SleepFor(absl::Duration duration) const = 0;
  static const Clock& Real();
};

}  // namespace tricorn
