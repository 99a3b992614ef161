#include "core/base/backoff.h"

#include <algorithm>

namespace tricorn {

absl::Duration Backoff::Next() {
  random_ = random_ * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX generator
  const double shortened = 1 - 0.5 * static_cast<double>(random_ >> 40) / (1 << 24);
  const absl::Duration delay = next_ * shortened;
  next_ = std::min(max_, 2 * next_);
  return delay;
}

}  // namespace tricorn
