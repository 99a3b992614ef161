#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/json_fields.h"
#include "core/keras/serialization/deserializer.h"

// JSON to FIELDS structs whose members may be serialized objects. A member type that needs the
// registries has `absl::Status Decode(const Json&, const Deserializer&)`; the rest is FromJson's.

namespace tricorn::keras {

template <typename T>
concept Decodable = requires(T& t, const Json& json, const Deserializer& deserializer) {
  { t.Decode(json, deserializer) } -> std::same_as<absl::Status>;
};

template <typename T>
absl::Status DecodeMember(const Json& json, T* out, const Deserializer& deserializer) {
  if constexpr (Decodable<T>) {
    return out->Decode(json, deserializer);
  } else {
    return FromJson(json, out);
  }
}
template <Decodable T>
absl::Status DecodeMember(const Json& json, std::vector<T>* out, const Deserializer& deserializer) {
  if (!json.is_array()) return WrongKind("array", json);
  out->clear();
  for (const Json& item : json.AsArray()) {
    RETURN_IF_ERROR(out->emplace_back().Decode(item, deserializer));
  }
  return absl::OkStatus();
}

// Reads the members of `config` that `json` has, and removes them from `json`: what is left is
// another's, or unknown.
template <HasFields C>
absl::Status TakeConfig(Json& json, C* config, const Deserializer& deserializer) {
  if (!json.is_object()) return WrongKind("object", json);
  absl::Status status;
  ForEachField(*config, [&](std::string_view name, auto& member) {
    if (!status.ok() || !json.Has(name)) return;
    status = WithSubject(DecodeMember(json[name], &member, deserializer), name);
    json.Erase(name);
  });
  return status;
}

// TakeConfig that refuses what is left.
template <HasFields C>
absl::Status DecodeConfig(const Json& json, C* config, const Deserializer& deserializer) {
  Json rest = json;
  RETURN_IF_ERROR(TakeConfig(rest, config, deserializer));
  if (rest.size() == 0) return absl::OkStatus();
  return InvalidArgument("{}: expected one of ({}), received this key",
                         rest.AsObject().front().first, std::string(C::kFieldNames));
}

// The first error of a member that holds an object named by a string.
template <HasFields C>
absl::Status ConfigStatus(const C& config) {
  absl::Status status;
  ForEachField(config, [&](std::string_view name, const auto& member) {
    if constexpr (requires {
                    { member.status() } -> std::convertible_to<absl::Status>;
                  }) {
      if (status.ok() && !member.status().ok()) status = WithSubject(member.status(), name);
    }
  });
  return status;
}

}  // namespace tricorn::keras
