#include "client/cli/callback_argument.h"

#include "absl/strings/str_split.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

absl::Status Malformed(const std::string& argument) {
  return InvalidArgument(
      "--callback: expected NAME, NAME:ARGUMENT=VALUE,... or JSON, such as "
      "EarlyStopping:monitor=val_loss,patience=3, received '{}'",
      argument);
}

}  // namespace

absl::StatusOr<Json> ParseCallback(const std::string& argument) {
  if (argument.starts_with("{")) {
    absl::StatusOr<Json> json = Json::Parse(argument);
    if (!json.ok() || !json->Has("class_name")) return Malformed(argument);
    return json;
  }
  const size_t colon = argument.find(':');
  const std::string name = argument.substr(0, colon);
  if (name.empty()) return Malformed(argument);
  Json config = Json::MakeObject({});
  if (colon != std::string::npos) {
    const std::vector<std::string> items = absl::StrSplit(argument.substr(colon + 1), ',');
    for (const std::string& item : items) {
      const size_t equals = item.find('=');
      if (equals == 0 || equals == std::string::npos) return Malformed(argument);
      const std::string value = item.substr(equals + 1);
      const absl::StatusOr<Json> json = Json::Parse(value);
      config.Set(item.substr(0, equals), json.ok() ? *json : Json(value));
    }
  }
  return Json::MakeObject({{"class_name", name}, {"config", std::move(config)}});
}

}  // namespace tricorn::cli
