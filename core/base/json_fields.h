#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/base/status.h"

// JSON both ways for structs with FIELDS and for what they hold. A type of its own joins in by
// giving `Json ToJson(const T&)` and `absl::Status FromJson(const Json&, T*)` in its namespace.

namespace tricorn {

inline Json ToJson(const Json& value) { return value; }
inline Json ToJson(bool value) { return value; }
inline Json ToJson(int value) { return value; }
inline Json ToJson(int64_t value) { return value; }
inline Json ToJson(uint32_t value) { return value; }
inline Json ToJson(uint64_t value) { return value; }
inline Json ToJson(float value) { return value; }
inline Json ToJson(double value) { return value; }
inline Json ToJson(const std::string& value) { return value; }
template <typename T>
Json ToJson(const std::optional<T>& value);
template <typename T>
Json ToJson(const std::vector<T>& value);
template <HasFields T>
Json ToJson(const T& value);

inline absl::Status WrongKind(std::string_view expected, const Json& received) {
  return InvalidArgument("expected {}, received {} {}", expected, received.kind(),
                         received.Dump().substr(0, 60));
}

inline absl::Status FromJson(const Json& json, Json* out) {
  *out = json;
  return absl::OkStatus();
}
inline absl::Status FromJson(const Json& json, bool* out) {
  if (!json.is_bool()) return WrongKind("bool", json);
  *out = json.AsBool();
  return absl::OkStatus();
}
template <typename T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) absl::Status
    FromJson(const Json& json, T* out) {
  if (!json.is_int()) {
    if (!json.is_double() || json.AsDouble() != static_cast<double>(json.AsInt())) {
      return WrongKind("int", json);
    }
  }
  *out = static_cast<T>(json.AsInt());
  return absl::OkStatus();
}
template <typename T>
requires std::is_floating_point_v<T> absl::Status FromJson(const Json& json, T* out) {
  if (!json.is_number()) return WrongKind("number", json);
  *out = static_cast<T>(json.AsDouble());
  return absl::OkStatus();
}
inline absl::Status FromJson(const Json& json, std::string* out) {
  if (!json.is_string()) return WrongKind("string", json);
  *out = json.AsString();
  return absl::OkStatus();
}
template <typename T>
absl::Status FromJson(const Json& json, std::optional<T>* out);
template <typename T>
absl::Status FromJson(const Json& json, std::vector<T>* out);
template <HasFields T>
absl::Status FromJson(const Json& json, T* out);

template <typename T>
Json ToJson(const std::optional<T>& value) {
  return value ? ToJson(*value) : Json();
}
template <typename T>
Json ToJson(const std::vector<T>& value) {
  Json::Array array;
  array.reserve(value.size());
  for (const T& item : value) array.push_back(ToJson(item));
  return array;
}
template <HasFields T>
Json ToJson(const T& value) {
  Json::Object object;
  ForEachField(value, [&](std::string_view name, const auto& member) {
    object.emplace_back(std::string(name), ToJson(member));
  });
  return object;
}

template <typename T>
absl::Status FromJson(const Json& json, std::optional<T>* out) {
  if (json.is_null()) {
    out->reset();
    return absl::OkStatus();
  }
  return FromJson(json, &out->emplace());
}
template <typename T>
absl::Status FromJson(const Json& json, std::vector<T>* out) {
  if (!json.is_array()) return WrongKind("array", json);
  out->clear();
  out->reserve(json.size());
  for (const Json& item : json.AsArray()) RETURN_IF_ERROR(FromJson(item, &out->emplace_back()));
  return absl::OkStatus();
}

// Members that `json` lacks keep the value they have in *out; keys that no member has are refused.
template <HasFields T>
absl::Status FromJson(const Json& json, T* out) {
  if (!json.is_object()) return WrongKind("object", json);
  absl::Status status;
  size_t known = 0;
  ForEachField(*out, [&](std::string_view name, auto& member) {
    if (!status.ok() || !json.Has(name)) return;
    ++known;
    status = WithSubject(FromJson(json[name], &member), name);
  });
  RETURN_IF_ERROR(status);
  if (known == json.size()) return absl::OkStatus();
  for (const auto& [key, value] : json.AsObject()) {
    bool listed = false;
    ForEachField(*out, [&](std::string_view name, auto&) { listed |= name == key; });
    if (!listed) {
      return InvalidArgument("{}: expected one of ({}), received this key", key,
                             std::string(T::kFieldNames));
    }
  }
  return InvalidArgument("expected each key once, received one of them twice");
}

}  // namespace tricorn
