#include "server/state/names.h"

#include <charconv>

#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn::server {
namespace {

bool IsId(std::string_view id) {
  if (id.empty() || id.size() > 63) return false;
  auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!alphanumeric(id[0])) return false;
  for (char c : id) {
    if (!alphanumeric(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

// Foreign text in messages: bounded.
std::string Quoted(std::string_view text) {
  if (text.size() <= 100) return fmt::format("'{}'", text);
  return fmt::format("'{}...' ({} bytes)", text.substr(0, 100), text.size());
}

}  // namespace

absl::StatusOr<std::string> ParseName(std::string_view collection, std::string_view name) {
  if (name.size() > collection.size() && name.substr(0, collection.size()) == collection &&
      name[collection.size()] == '/' && IsId(name.substr(collection.size() + 1))) {
    return std::string(name.substr(collection.size() + 1));
  }
  return InvalidArgument("name: expected {}/{{id}}, received {}", collection, Quoted(name));
}

absl::StatusOr<std::string> ParseBlobName(std::string_view name) {
  constexpr std::string_view kPrefix = "blobs/";
  if (name.substr(0, kPrefix.size()) == kPrefix && IsSha256Hex(name.substr(kPrefix.size()))) {
    return std::string(name.substr(kPrefix.size()));
  }
  return InvalidArgument("blob: expected blobs/{{sha256}}, received {}", Quoted(name));
}

absl::StatusOr<VersionName> ParseVersionName(std::string_view name) {
  constexpr std::string_view kModels = "models/", kVersions = "/versions/";
  const size_t at = name.find(kVersions);
  if (name.substr(0, kModels.size()) == kModels && at != name.npos && at > kModels.size()) {
    VersionName parsed{std::string(name.substr(kModels.size(), at - kModels.size())), 0};
    const std::string_view number = name.substr(at + kVersions.size());
    if (IsId(parsed.model_id)) {
      if (number == "latest") return parsed;
      const auto [end, error] =
          std::from_chars(number.data(), number.data() + number.size(), parsed.number);
      if (error == std::errc() && end == number.data() + number.size() && parsed.number > 0) {
        return parsed;
      }
    }
  }
  return InvalidArgument(
      "name: expected models/{{model}}/versions/{{number or latest}}, received {}", Quoted(name));
}

absl::Status CheckId(std::string_view field, std::string_view id) {
  if (IsId(id)) return absl::OkStatus();
  return InvalidArgument("{}: expected [a-z0-9][a-z0-9._-]{{0,62}}, received {}", field,
                         Quoted(id));
}

}  // namespace tricorn::server
