#include "core/keras/training/per_output.h"

#include "core/base/status.h"
#include "fmt/format.h"

namespace tricorn::keras {

bool IsSerializedObject(const Json& json) { return json.Has("class_name") && json.Has("config"); }

absl::StatusOr<std::vector<Json>> PerOutput(const Json& json, std::string_view argument,
                                            const std::vector<std::string>& output_names) {
  const size_t count = output_names.size();
  if (json.is_array()) {
    if (json.size() != count) {
      return InvalidArgument("{}: expected {} entries, one an output, received {}", argument, count,
                             json.size());
    }
    return json.AsArray();
  }
  if (!json.is_object() || IsSerializedObject(json)) return std::vector<Json>(count, json);
  std::vector<Json> entries(count);
  for (const auto& [name, entry] : json.AsObject()) {
    bool is_known = false;
    for (size_t i = 0; i < count; ++i) {
      if (output_names[i] != name) continue;
      entries[i] = entry;
      is_known = true;
    }
    if (!is_known) {
      return InvalidArgument("{}: expected names of outputs ({}), received '{}'", argument,
                             fmt::join(output_names, ", "), name);
    }
  }
  return entries;
}

}  // namespace tricorn::keras
