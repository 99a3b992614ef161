#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// N integers, one a spatial axis, as Keras's arguments take them: one number stands for all.
template <int N>
class Tuple {
 public:
  Tuple() = default;
  Tuple(int64_t each) { values_.fill(each); }  // NOLINT
  // CHECK-fails unless there are N.
  Tuple(std::initializer_list<int64_t> values) {
    CHECK(values.size() == N);
    std::copy(values.begin(), values.end(), values_.begin());
  }

  int64_t operator[](int axis) const { return values_[static_cast<size_t>(axis)]; }
  std::vector<int64_t> ToVector() const { return {values_.begin(), values_.end()}; }
  // Whether each number is at least `low`.
  bool AtLeast(int64_t low) const {
    for (const int64_t value : values_) {
      if (value < low) return false;
    }
    return true;
  }

  friend bool operator==(const Tuple&, const Tuple&) = default;
  friend Json ToJson(const Tuple& tuple) { return tricorn::ToJson(tuple.ToVector()); }
  friend absl::Status FromJson(const Json& json, Tuple* out) {
    if (!json.is_array()) {
      int64_t each = 0;
      RETURN_IF_ERROR(tricorn::FromJson(json, &each));
      *out = Tuple(each);
      return absl::OkStatus();
    }
    if (json.size() != N) {
      return InvalidArgument("expected {} integers, received {}", N, json.Dump().substr(0, 60));
    }
    for (size_t i = 0; i < N; ++i) {
      RETURN_IF_ERROR(tricorn::FromJson(json.AsArray()[i], &out->values_[i]));
    }
    return absl::OkStatus();
  }

 private:
  std::array<int64_t, N> values_{};
};

}  // namespace tricorn::keras
