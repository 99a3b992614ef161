#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// 3.0 as 3, as Python's literals come.
inline Json NumberToJson(double value) {
  constexpr double kExact = 1 << 30;
  if (std::abs(value) < kExact && value == std::floor(value)) return static_cast<int64_t>(value);
  return value;
}

// A range of numbers between kLow and kHigh, as the `factor` arguments of Keras's image layers take
// it: two numbers, or one number f for [max(-|f|, kLow), |f|]. JSON keeps the form it came in.
template <int kLow, int kHigh>
class Factor {
 public:
  Factor() = default;
  Factor(double number)  // NOLINT
      : is_number_(true),
        number_(number),
        low_(std::max<double>(-std::abs(number), kLow)),
        high_(std::abs(number)) {}
  Factor(double low, double high) : low_(std::min(low, high)), high_(std::max(low, high)) {}

  double low() const { return low_; }
  double high() const { return high_; }

  // Errors: InvalidArgument for a range that has nothing between kLow and kHigh, as Keras checks.
  absl::Status Check(std::string_view argument) const {
    const bool fits =
        is_number_ ? number_ >= kLow && number_ <= kHigh : low_ <= kHigh && high_ >= kLow;
    if (fits) return absl::OkStatus();
    return InvalidArgument("{}: expected numbers within [{}, {}], received {}", argument, kLow,
                           kHigh, ToJson(*this).Dump());
  }

  friend bool operator==(const Factor&, const Factor&) = default;
  friend Json ToJson(const Factor& f) {
    if (f.is_number_) return NumberToJson(f.number_);
    return Json::Array{NumberToJson(f.low_), NumberToJson(f.high_)};
  }
  friend absl::Status FromJson(const Json& json, Factor* out) {
    if (json.is_number()) {
      *out = Factor(json.AsDouble());
      return absl::OkStatus();
    }
    std::vector<double> ends;
    RETURN_IF_ERROR(tricorn::FromJson(json, &ends));
    if (ends.size() != 2) {
      return InvalidArgument("expected a number or two, received {}", json.Dump().substr(0, 60));
    }
    *out = Factor(ends[0], ends[1]);
    return absl::OkStatus();
  }

 private:
  bool is_number_ = false;
  double number_ = 0;
  double low_ = 0;
  double high_ = 0;
};

// The least and the greatest value of a channel.
struct ValueRange {
  double low = 0;
  double high = 255;

  double length() const { return high - low; }
  friend bool operator==(const ValueRange&, const ValueRange&) = default;
};
inline Json ToJson(const ValueRange& range) {
  return Json::Array{NumberToJson(range.low), NumberToJson(range.high)};
}
inline absl::Status FromJson(const Json& json, ValueRange* out) {
  std::vector<double> ends;
  RETURN_IF_ERROR(tricorn::FromJson(json, &ends));
  if (ends.size() != 2) {
    return InvalidArgument("expected two numbers, received {}", json.Dump().substr(0, 60));
  }
  *out = {std::min(ends[0], ends[1]), std::max(ends[0], ends[1])};
  return absl::OkStatus();
}

}  // namespace tricorn::keras
