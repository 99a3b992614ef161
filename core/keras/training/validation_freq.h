#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// After which epochs Fit validates: every so many, or those listed, counted from 1.
class ValidationFreq {
 public:
  ValidationFreq(int64_t every = 1) : every_(every) {}                         // NOLINT
  ValidationFreq(std::vector<int64_t> epochs) : epochs_(std::move(epochs)) {}  // NOLINT
  ValidationFreq(std::initializer_list<int64_t> epochs) : epochs_(epochs) {}   // NOLINT

  // Whether the epoch of this index, from 0, is one.
  bool Includes(int64_t epoch) const {
    if (every_ == 0) return std::find(epochs_.begin(), epochs_.end(), epoch + 1) != epochs_.end();
    return (epoch + 1) % every_ == 0;
  }
  bool ok() const { return every_ >= 0; }

  friend bool operator==(const ValidationFreq&, const ValidationFreq&) = default;
  friend Json ToJson(const ValidationFreq& freq) {
    return freq.every_ == 0 ? tricorn::ToJson(freq.epochs_) : Json(freq.every_);
  }
  friend absl::Status FromJson(const Json& json, ValidationFreq* out) {
    *out = ValidationFreq(json.is_array() ? 0 : 1);
    return json.is_array() ? tricorn::FromJson(json, &out->epochs_)
                           : tricorn::FromJson(json, &out->every_);
  }

 private:
  int64_t every_ = 0;  // 0: those listed
  std::vector<int64_t> epochs_;
};

}  // namespace tricorn::keras
