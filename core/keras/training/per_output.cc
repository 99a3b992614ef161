#include "core/keras/training/per_output.h"

#include <algorithm>
#include <map>

#include "core/base/status.h"
#include "fmt/format.h"

namespace tricorn::keras {

namespace {

using Names = Nest<std::string>;

bool IsFlat(const Names& names) {
  const auto is_leaf = [](const Names& item) { return item.is_leaf(); };
  if (names.is_list()) return std::all_of(names.list().begin(), names.list().end(), is_leaf);
  if (!names.is_dict()) return true;
  return std::all_of(names.dict().begin(), names.dict().end(),
                     [&](const auto& item) { return is_leaf(item.second); });
}

bool IsNested(const Json& json) {
  return json.is_array() || (json.is_object() && !IsSerializedObject(json));
}

// One entry an output, by position.
absl::StatusOr<std::vector<Json>> ByPosition(const Json& json, std::string_view argument,
                                             size_t count) {
  if (json.size() != count) {
    return InvalidArgument("{}: expected {} entries, one an output, received {}", argument, count,
                           json.size());
  }
  return json.AsArray();
}

absl::StatusOr<std::vector<Json>> ByName(const Json& json, std::string_view argument,
                                         const std::vector<std::string>& names) {
  std::vector<Json> entries(names.size());
  for (const auto& [name, entry] : json.AsObject()) {
    bool is_known = false;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] != name) continue;
      entries[i] = entry;
      is_known = true;
    }
    if (!is_known) {
      return InvalidArgument("{}: expected names of outputs ({}), received '{}'", argument,
                             fmt::join(names, ", "), name);
    }
  }
  return entries;
}

// Entries nested as the outputs: each output's is appended in the order of Nest::ForEach.
absl::Status AppendNested(const Json& json, std::string_view argument, const Names& names,
                          std::vector<Json>& out) {
  if (names.is_leaf() || json.is_null()) {
    names.ForEach([&](const std::string&) { out.push_back(json); });
    return absl::OkStatus();
  }
  if (names.is_list()) {
    if (!json.is_array() || json.size() != names.list().size()) {
      return InvalidArgument("{}: expected a list of {} entries, one an output, received {}",
                             argument, names.list().size(), json.Dump());
    }
    for (size_t i = 0; i < json.size(); ++i) {
      RETURN_IF_ERROR(AppendNested(json.AsArray()[i], argument, names.list()[i], out));
    }
    return absl::OkStatus();
  }
  if (!json.is_object()) {
    return InvalidArgument("{}: expected a dictionary as the outputs are, received {}", argument,
                           json.Dump());
  }
  std::map<std::string, const Names*> by_key;
  for (const auto& [key, value] : names.dict()) by_key[key] = &value;
  for (const auto& [key, entry] : json.AsObject()) {
    if (!by_key.contains(key)) {
      return InvalidArgument("{}: expected keys of the outputs, received '{}'", argument, key);
    }
  }
  for (const auto& [key, value] : by_key) {
    RETURN_IF_ERROR(AppendNested(json.Has(key) ? json[key] : Json(), argument, *value, out));
  }
  return absl::OkStatus();
}

void AppendLossNames(const Names& names, const std::string& place, bool in_list,
                     std::vector<std::string>& out) {
  const std::string prefix = place.empty() ? "" : place + "/";
  if (names.is_leaf()) {
    const size_t above = place.rfind('/');
    out.push_back(!in_list                     ? place
                  : above == std::string::npos ? names.leaf()
                                               : place.substr(0, above + 1) + names.leaf());
  } else if (names.is_list()) {
    for (size_t i = 0; i < names.list().size(); ++i) {
      AppendLossNames(names.list()[i], prefix + std::to_string(i), true, out);
    }
  } else if (names.is_dict()) {
    std::map<std::string, const Names*> by_key;
    for (const auto& [key, value] : names.dict()) by_key[key] = &value;
    for (const auto& [key, value] : by_key) AppendLossNames(*value, prefix + key, false, out);
  }
}

}  // namespace

bool IsSerializedObject(const Json& json) { return json.Has("class_name") && json.Has("config"); }

absl::StatusOr<std::vector<Json>> PerOutput(const Json& json, std::string_view argument,
                                            const Names& names) {
  const std::vector<std::string> flat = names.Flatten();
  if (!IsNested(json)) return std::vector<Json>(flat.size(), json);
  if (IsFlat(names)) {
    return json.is_array() ? ByPosition(json, argument, flat.size()) : ByName(json, argument, flat);
  }
  const bool is_flat_list = json.is_array() && json.size() == flat.size() &&
                            std::none_of(json.AsArray().begin(), json.AsArray().end(), IsNested);
  if (is_flat_list) return json.AsArray();
  std::vector<Json> entries;
  RETURN_IF_ERROR(AppendNested(json, argument, names, entries));
  return entries;
}

std::vector<std::string> LossNames(const Names& names) {
  if (names.is_leaf()) return {names.leaf()};
  std::vector<std::string> all;
  AppendLossNames(names, "", true, all);
  return all;
}

}  // namespace tricorn::keras
