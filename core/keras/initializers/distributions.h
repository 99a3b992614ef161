#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>

#include "core/base/random.h"

namespace tricorn::keras {

// The stream of an initializer: its own seed alone if it has one, else the variable's.
inline PhiloxStream StreamOf(const std::optional<int64_t>& seed, uint64_t stream) {
  return seed ? PhiloxStream(static_cast<uint64_t>(*seed)) : PhiloxStream(0, stream);
}

// Standard normal draws. Source: Box and Muller 1958.
class NormalDraws {
 public:
  explicit NormalDraws(PhiloxStream stream) : stream_(stream) {}

  double Next() {
    if (spare_) {
      const double value = *spare_;
      spare_.reset();
      return value;
    }
    const double radius = std::sqrt(-2.0 * std::log(1.0 - stream_.UniformDouble()));
    const double angle = 2.0 * std::numbers::pi * stream_.UniformDouble();
    spare_ = radius * std::sin(angle);
    return radius * std::cos(angle);
  }

  // Within two standard deviations.
  double NextTruncated() {
    double value = Next();
    while (std::abs(value) > 2.0) value = Next();
    return value;
  }

 private:
  PhiloxStream stream_;
  std::optional<double> spare_;
};

}  // namespace tricorn::keras
