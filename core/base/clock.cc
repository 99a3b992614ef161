#include "core/base/clock.h"

#include "absl/time/clock.h"

namespace tricorn {
namespace {

class RealClock : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  void SleepFor(absl::Duration duration) const override { absl::SleepFor(duration); }
};

}  // namespace

const Clock& Clock::Real() {
  static const RealClock clock;
  return clock;
}

}  // namespace tricorn
