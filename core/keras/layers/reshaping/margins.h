#pragma once

#include <array>
#include <cstdint>
#include <utility>

#include "core/base/json_fields.h"
#include "core/base/status.h"

namespace tricorn::keras {

// What is added to or cut from both ends of N axes, as Keras takes it: one number for all ends, one
// an axis for both of its ends, or a pair an axis. With one axis [low, high] is its pair.
template <int N>
class Margins {
 public:
  Margins() = default;
  Margins(int64_t each) { ends_.fill({each, each}); }  // NOLINT
  Margins(std::initializer_list<std::pair<int64_t, int64_t>> ends) {
    CHECK(ends.size() == N);
    std::copy(ends.begin(), ends.end(), ends_.begin());
  }

  int64_t low(int axis) const { return ends_[static_cast<size_t>(axis)].first; }
  int64_t high(int axis) const { return ends_[static_cast<size_t>(axis)].second; }
  absl::Status Check(std::string_view argument) const {
    for (const auto& [low, high] : ends_) {
      if (low < 0 || high < 0) {
        return InvalidArgument("{}: expected numbers of at least 0, received ({}, {})", argument,
                               low, high);
      }
    }
    return absl::OkStatus();
  }

  friend bool operator==(const Margins&, const Margins&) = default;
  friend Json ToJson(const Margins& margins) {
    Json::Array pairs;
    for (const auto& [low, high] : margins.ends_) pairs.push_back(Json::MakeArray({low, high}));
    return N == 1 ? pairs[0] : Json(std::move(pairs));
  }
  friend absl::Status FromJson(const Json& json, Margins* out) {
    if (json.is_int()) {
      *out = Margins(json.AsInt());
      return absl::OkStatus();
    }
    if (N == 1 && json.is_array() && json.size() == 2) return ReadPair(json, &out->ends_[0]);
    if (!json.is_array() || json.size() != N) {
      return InvalidArgument("expected a number or {} pairs, received {}", N,
                             json.Dump().substr(0, 60));
    }
    for (size_t i = 0; i < N; ++i) RETURN_IF_ERROR(ReadPair(json.AsArray()[i], &out->ends_[i]));
    return absl::OkStatus();
  }

 private:
  static absl::Status ReadPair(const Json& json, std::pair<int64_t, int64_t>* out) {
    if (json.is_int()) {
      *out = {json.AsInt(), json.AsInt()};
      return absl::OkStatus();
    }
    if (!json.is_array() || json.size() != 2) return WrongKind("a number or a pair", json);
    RETURN_IF_ERROR(tricorn::FromJson(json.AsArray()[0], &out->first));
    return tricorn::FromJson(json.AsArray()[1], &out->second);
  }

  std::array<std::pair<int64_t, int64_t>, N> ends_{};
};

}  // namespace tricorn::keras
