#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// The overloads for enums of this namespace must not hide those for plain types.
using tricorn::FromJson;
using tricorn::ToJson;

// JSON for an enum whose values count from 0, by the names of them.
template <typename E, size_t N>
Json EnumToJson(E value, const std::array<std::string_view, N>& names) {
  return names[static_cast<size_t>(value)];
}

template <typename E, size_t N>
absl::Status EnumFromJson(const Json& json, const std::array<std::string_view, N>& names, E* out) {
  std::string expected;
  for (size_t i = 0; i < N; ++i) {
    if (json.is_string() && json.AsString() == names[i]) {
      *out = static_cast<E>(i);
      return absl::OkStatus();
    }
    expected += (i == 0 ? "'" : ", '") + std::string(names[i]) + "'";
  }
  return InvalidArgument("expected one of {}, received {}", expected, json.Dump().substr(0, 40));
}

}  // namespace tricorn::keras
